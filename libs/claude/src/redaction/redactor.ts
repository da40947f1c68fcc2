import { replaceEncoded } from './encoded.js';
import { fingerprint, newFingerprintKey } from './fingerprint.js';
import { KnownSecrets, type Disguise } from './known-secrets.js';
import { disguisesOf } from './disguises.js';
import { REDACTION_PATTERNS } from './patterns/patterns.js';
import type { RedactorOptions } from './redactor.options.js';
import { redactValue } from './redact-value.js';
import { PatternSet } from './pattern-set.js';
import type { SecretKind } from './secret-pattern.js';
import { isStack, singleLine, stackLines } from './single-line.js';
import { cutTo } from './cut-to.js';

/** How much of a string is kept. */
const LONGEST = 65_536;

/** What is read beyond it, so that a secret across the cut is seen whole. */
const BEYOND = 4_096;

/**
 * Takes secrets out of what is about to be logged or quoted: first those it knows, exactly, then what looks like one.
 * Each is replaced by its kind and a fingerprint: `[redacted:token#1a2b3c4d]`.
 *
 * Linear in the length of the text, and idempotent. It cannot see a password that reads as a word, or a secret that is
 * encrypted, compressed or spread over several strings.
 */
export class Redactor {
  /** Internal: what tells its tokens from those of other services. */
  static readonly tokenKey = 'redactor';

  /** What it replaces wherever it stands. */
  readonly known: KnownSecrets;
  readonly #patterns: PatternSet;
  readonly #fingerprintKey: Uint8Array;
  readonly #mark = (secret: string, kind: SecretKind): string =>
    `[redacted:${kind}#${fingerprint(secret, this.#fingerprintKey)}]`;
  #dropped = 0;

  constructor({ known, patterns, fingerprintKey }: RedactorOptions = {}) {
    this.known = known ?? new KnownSecrets();
    this.#patterns = new PatternSet(patterns ?? REDACTION_PATTERNS);
    this.#fingerprintKey = fingerprintKey ?? newFingerprintKey();
  }

  /** How many lines were dropped because redacting them failed. */
  get dropped(): number {
    return this.#dropped;
  }

  /** What stands for a secret in logs: eight hex digits, comparable within this redactor. */
  fingerprint(secret: string): string {
    return fingerprint(secret, this.#fingerprintKey);
  }

  /** A text without its secrets, cut to 64 Ki characters. */
  text(text: string): string {
    const cleared = this.#withoutPatterns(this.exact(text.slice(0, LONGEST + BEYOND)));
    return cutTo(cleared, LONGEST, text.length - LONGEST - BEYOND);
  }

  /** The same for a line of a text log: also without line breaks, but those between the frames of a stack trace, and without escape sequences. */
  line(text: string): string {
    const head = text.slice(0, LONGEST + BEYOND);
    return this.text((isStack(head) ? stackLines(head) : singleLine(head)) + text.slice(LONGEST + BEYOND));
  }

  /**
   * A text without the secrets that are known, in whatever form; nothing else is touched, and nothing is cut.
   *
   * @param also One more, for this text only.
   */
  exact(text: string, also?: string): string {
    const disguises = also === undefined ? this.known.disguises() : [...disguisesOf(also), ...this.known.disguises()];
    let cleared = text;
    for (const disguise of disguises) {
      if (cleared.includes(disguise.text)) cleared = this.#withoutKnown(cleared, disguise);
    }
    return cleared;
  }

  /**
   * A copy of anything that may be handed to a logger, without secrets: objects, errors with their causes, `Map` and `Set`.
   * Getters are not invoked, bytes become their number, cycles and what lies more than eight levels deep are named only.
   */
  value(value: unknown): unknown {
    return this.#copied(value, (text) => this.text(text));
  }

  /** The same with every string fit for a line of a text log. */
  lineValue(value: unknown): unknown {
    return this.#copied(value, (text) => this.line(text));
  }

  /**
   * Makes a line and hands it on. Where making it fails there is no line: it is counted in {@link dropped}, since the only
   * other thing to log would be the raw one.
   */
  guard<T>(make: () => T, handOn: (made: T) => void): void {
    let made: T;
    try {
      made = make();
    } catch {
      this.#dropped += 1;
      return;
    }
    handOn(made);
  }

  #copied(value: unknown, text: (text: string) => string): unknown {
    const mark = (secret: string): string => this.#mark(secret, 'secret');
    return redactValue(value, { text, exact: (name) => this.exact(name), mark });
  }

  #withoutKnown(text: string, { text: written, secret, inBase64 }: Disguise): string {
    const mark = this.#mark(secret, 'known');
    if (!inBase64) return text.replaceAll(written, mark);
    return text.replaceAll(/[A-Za-z0-9+/_-]+={0,2}/g, (run) => (run.includes(written) ? mark : run));
  }

  #withoutPatterns(text: string): string {
    const cleared = this.#patterns.replace(text, this.#mark);
    const holdsSecret = (decoded: string): boolean =>
      this.exact(decoded) !== decoded || this.#patterns.replace(decoded, this.#mark) !== decoded;
    return replaceEncoded(cleared, holdsSecret, (run) => this.#mark(run, 'encoded'));
  }
}
