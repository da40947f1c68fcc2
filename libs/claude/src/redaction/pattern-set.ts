import { NeedleScan } from './needle-scan.js';
import { applyPattern, type SecretKind, type SecretPattern } from './secret-pattern.js';

/** Secrets that are glued together come off one a round. */
const MOST_ROUNDS = 8;

/** A marker without anything between it and a word: it may have hidden where another secret begins or ends. */
const GLUED = /\[redacted:[a-z_]{1,16}#[\da-f]{8}\][A-Za-z0-9+(]|[A-Za-z0-9]\[redacted:/;

/** Patterns, made ready to be applied to many short texts: most hold nothing, and should be told so at once. */
export class PatternSet {
  readonly #patterns: readonly SecretPattern[];
  readonly #scan: NeedleScan;

  constructor(patterns: readonly SecretPattern[]) {
    this.#patterns = patterns;
    this.#scan = new NeedleScan(patterns);
  }

  /** Applies them in order, until nothing more is found. */
  replace(text: string, mark: (secret: string, kind: SecretKind) => string): string {
    let cleared = text;
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      const before = cleared;
      // Replacing brings forth no needle that a secret begins with, so one look a round is enough.
      const wanted = this.#scan.find(before);
      this.#patterns.forEach((pattern, place) => {
        if (wanted[place] === 1) cleared = applyPattern(cleared, pattern, mark);
      });
      if (cleared === before || !GLUED.test(cleared)) break;
    }
    return cleared;
  }
}
