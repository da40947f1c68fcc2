import type { InvisibleReport } from '../invisible/invisible-text.js';
import { inspectInvisible } from '../invisible/invisible-text.js';
import { decodedPieces, otherReadings, plainView, unescaped, unspaced } from './disguises.js';
import { eachMatch, eachMatchWithin } from './each-match.js';
import type { InjectionRule } from './injection-rule.js';
import { originOf, type MappedText } from './mapped-text.js';
import { suspiciousHits, type InjectionHit, type Suspicion } from './suspicion.js';
import { wordsOf } from './words.js';

/** Text within text within text is not looked at. */
const DEEPEST = 2;

/** Hidden text is found by the pass over invisible characters, not by an expression. */
const HIDDEN_TEXT: InjectionRule = {
  id: 'hidden_text',
  category: 'smuggling',
  score: 0.9,
  over: 'text',
  expression: /(?!)/g,
};

/** A rule over words, and the symbols without which it cannot match: one of each group. */
interface PhraseRule {
  readonly rule: InjectionRule;
  readonly needed: readonly (readonly string[])[];
  /** Its place among all of them. */
  readonly order: number;
}

const NO_RULES: readonly PhraseRule[] = [];

/** Looks for signs of an injection, in a text and in whatever it is disguised as. */
export class InjectionScanner {
  /** Rules over words by each symbol of their smallest group, so that a text meets only those it has a word of. */
  readonly #bySymbol = new Map<string, PhraseRule[]>();
  /** Those that need no symbol. */
  readonly #needless: PhraseRule[] = [];
  readonly #overText: readonly InjectionRule[];

  constructor(
    rules: readonly InjectionRule[],
    /** The score from which on what was found is told. */
    private readonly threshold: number,
  ) {
    for (const [order, rule] of rules.filter(({ over }) => over === 'words').entries()) {
      this.#file({ rule, needed: neededSymbols(rule.expression), order });
    }
    this.#overText = rules.filter(({ over }) => over === 'text');
  }

  /** What of a text is suspicious, with offsets in that text. */
  scan(text: string, invisible: InvisibleReport = inspectInvisible(text)): Suspicion {
    const hits: InjectionHit[] = [];
    this.#collect(invisible, 0, (hit) => hits.push(hit));
    return suspiciousHits(hits, this.threshold);
  }

  #collect({ cleaned, payloads }: InvisibleReport, depth: number, tell: (hit: InjectionHit) => void): void {
    const plain = plainView(cleaned);
    const seenThrough = unspaced(unescaped(plain));
    this.#look(plain, tell);
    if (seenThrough !== plain) this.#look(seenThrough, tell);
    for (const { start, end } of payloads) tell({ rule: HIDDEN_TEXT, start, end });
    if (depth === DEEPEST) return;
    for (const { text, start, end } of [...payloads, ...decodedPieces(seenThrough)]) {
      this.#collect(inspectInvisible(text), depth + 1, ({ rule }) => tell({ rule, start, end }));
    }
    const whole = { start: 0, end: cleaned.sourceLength };
    for (const text of otherReadings(seenThrough)) {
      this.#collect(inspectInvisible(text), DEEPEST, ({ rule }) => tell({ rule, ...whole }));
    }
  }

  #file(phrase: PhraseRule): void {
    if (phrase.needed.length === 0) this.#needless.push(phrase);
    for (const symbol of rarest(phrase.needed)) {
      const filed = this.#bySymbol.get(symbol);
      if (filed === undefined) this.#bySymbol.set(symbol, [phrase]);
      else filed.push(phrase);
    }
  }

  /** The rules over words that may match such a sequence, in their order. */
  #possibleIn(symbols: string): readonly PhraseRule[] {
    const present = new Set(symbols);
    const possible = new Set(this.#needless);
    for (const symbol of present) {
      for (const phrase of this.#bySymbol.get(symbol) ?? NO_RULES) {
        if (phrase.needed.every((group) => holdsAny(present, group))) possible.add(phrase);
      }
    }
    return possible.size === 0 ? NO_RULES : [...possible].toSorted((a, b) => a.order - b.order);
  }

  #look(view: MappedText, tell: (hit: InjectionHit) => void): void {
    for (const rule of this.#overText) {
      const { expression, window } = rule;
      const found = (start: number, end: number): void => {
        tell({ rule, start: originOf(view, start), end: originOf(view, end) });
      };
      if (window === undefined) eachMatch(view.text, expression, found);
      else eachMatchWithin(view.text, expression, window, found);
    }
    const { symbols, starts, ends } = wordsOf(view);
    for (const { rule } of this.#possibleIn(symbols)) {
      eachMatch(symbols, rule.expression, (first, end) => {
        const start = originOf(view, starts[first] ?? 0);
        tell({ rule, start, end: originOf(view, ends[end - 1] ?? 0) });
      });
    }
  }
}

function rarest(groups: readonly (readonly string[])[]): readonly string[] {
  return groups.reduce((least, group) => (group.length < least.length ? group : least), groups[0] ?? []);
}

function neededSymbols({ source }: RegExp): readonly (readonly string[])[] {
  return [...source.matchAll(/\[([^\]^.]+)\](?![?{])/g)].map(([, symbols = '']) => Array.from(symbols));
}

function holdsAny(present: ReadonlySet<string>, group: readonly string[]): boolean {
  for (const symbol of group) if (present.has(symbol)) return true;
  return false;
}
