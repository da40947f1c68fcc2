import type { InvisibleReport } from '../invisible/invisible-text.js';
import { inspectInvisible } from '../invisible/invisible-text.js';
import { decodedPieces, DISGUISE_HINTS, otherReadings, plainView, unescaped, unspaced } from './disguises.js';
import { eachMatch, eachMatchWithin } from './each-match.js';
import type { InjectionRule } from './injection-rule.js';
import { originOf, type MappedText } from './mapped-text.js';
import { suspiciousHits, type InjectionHit, type Suspicion } from './suspicion.js';
import { WordReader, type WordSequence } from './words.js';

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
  readonly #words: WordReader;

  constructor(
    rules: readonly InjectionRule[],
    /** The score from which on what was found is told. */
    private readonly threshold: number,
  ) {
    for (const [order, rule] of rules.filter(({ over }) => over === 'words').entries()) {
      this.#file({ rule, needed: neededSymbols(rule.expression), order });
    }
    this.#overText = rules.filter(({ over }) => over === 'text');
    const hints = this.#overText.flatMap(({ needs }) => needs?.word ?? []);
    this.#words = new WordReader([...hints, ...DISGUISE_HINTS]);
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
    const plainWords = this.#look(plain, tell);
    const { hints } = seenThrough === plain ? plainWords : this.#look(seenThrough, tell);
    for (const { start, end } of payloads) tell({ rule: HIDDEN_TEXT, start, end });
    if (depth === DEEPEST) return;
    for (const { text, start, end } of [...payloads, ...decodedPieces(seenThrough, hints)]) {
      this.#collect(inspectInvisible(text), depth + 1, ({ rule }) => tell({ rule, start, end }));
    }
    const whole = { start: 0, end: cleaned.sourceLength };
    for (const text of otherReadings(seenThrough, hints)) {
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
  #possibleIn(present: ReadonlySet<string>): readonly PhraseRule[] {
    const possible = new Set(this.#needless);
    for (const symbol of present) {
      for (const phrase of this.#bySymbol.get(symbol) ?? NO_RULES) {
        if (phrase.needed.every((group) => holdsAny(present, group))) possible.add(phrase);
      }
    }
    return possible.size === 0 ? NO_RULES : [...possible].toSorted((a, b) => a.order - b.order);
  }

  #look(view: MappedText, tell: (hit: InjectionHit) => void): WordSequence {
    const words = this.#words.read(view);
    for (const rule of this.#overText) {
      if (!isPossible(rule, view.text, words.hints)) continue;
      const { expression, window } = rule;
      const found = (start: number, end: number): void => {
        tell({ rule, start: originOf(view, start), end: originOf(view, end) });
      };
      if (window === undefined) eachMatch(view.text, expression, found);
      else eachMatchWithin(view.text, expression, window, found);
    }
    for (const { rule } of this.#possibleIn(words.present)) {
      eachMatch(words.symbols, rule.expression, (first, end) => {
        tell({ rule, start: originOf(view, words.startOf(first)), end: originOf(view, words.endOf(end - 1)) });
      });
    }
    return words;
  }
}

/** Whether a text holds what a rule over text cannot do without. */
function isPossible({ needs }: InjectionRule, text: string, hints: ReadonlySet<RegExp>): boolean {
  if (needs?.word !== undefined && !hints.has(needs.word)) return false;
  return needs?.signs === undefined || needs.signs.some((sign) => text.includes(sign));
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
