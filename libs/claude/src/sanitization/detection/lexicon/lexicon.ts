import { foldWord, shuffled } from '../fold.js';
import { SYMBOLS } from '../phrase.js';
import { ENGLISH } from './english.js';
import { EUROPEAN } from './european.js';
import { SPACED_SCRIPTS, UNSPACED_SCRIPTS } from './other-scripts.js';
import type { Lexicon, WordGroup } from './word-groups.js';

/** Of shorter words too many are another one's letters. */
const SHORTEST_MISTYPED = 5;

/** Words, each by the symbol of its group. Where languages disagree the one listed first has its way. */
class SymbolTable {
  readonly #words = new Map<string, string>();
  /** What the words begin with, so that letters that begin none are soon passed over. */
  readonly #beginnings = new Set<string>();
  readonly #prefixes = new Map<string, string>();
  readonly #shuffled = new Map<string, string>();
  #shortestPrefix = Infinity;
  #longest = 0;

  constructor(lexicons: readonly Lexicon[]) {
    for (const lexicon of lexicons) {
      for (const [group, words] of Object.entries(lexicon)) this.#add(group as WordGroup, words.split(' '));
    }
  }

  /** The longest word that begins at a place, and its symbol; of length 0 where none does. */
  longestAt(
    text: string,
    at: number,
    { shortest = 1, longest = this.#longest } = {},
  ): readonly [length: number, symbol: string] {
    let found: readonly [length: number, symbol: string] = [0, ''];
    const end = Math.min(at + longest, text.length);
    for (let to = at + 1; to <= end; to += 1) {
      const letters = text.slice(at, to);
      if (!this.#beginnings.has(letters)) break;
      const symbol = to - at < shortest ? undefined : this.#words.get(letters);
      if (symbol !== undefined) found = [to - at, symbol];
    }
    return found;
  }

  /** The symbol of a word, by the longest beginning that is listed where it is not listed itself. */
  find(word: string): string | undefined {
    const symbol = this.#words.get(word);
    if (symbol !== undefined) return symbol;
    for (let length = Math.min(word.length, this.#longest); length >= this.#shortestPrefix; length -= 1) {
      const prefix = this.#prefixes.get(word.slice(0, length));
      if (prefix !== undefined) return prefix;
    }
    return undefined;
  }

  /** The symbol of a word whose letters were mixed up, all but the first and the last. */
  mistyped(word: string): string | undefined {
    return word.length < SHORTEST_MISTYPED || word.length > this.#longest
      ? undefined
      : this.#shuffled.get(shuffled(word));
  }

  #add(group: WordGroup, words: readonly string[]): void {
    const symbol = SYMBOLS.get(group) ?? '';
    for (const written of words) {
      const isPrefix = written.endsWith('*');
      const word = foldWord(isPrefix ? written.slice(0, -1) : written);
      const table = isPrefix ? this.#prefixes : this.#words;
      if (!table.has(word)) table.set(word, symbol);
      for (let to = isPrefix ? 0 : word.length; to > 0; to -= 1) this.#beginnings.add(word.slice(0, to));
      if (!isPrefix && word.length >= SHORTEST_MISTYPED) this.#shuffled.set(shuffled(word), symbol);
      if (isPrefix) this.#shortestPrefix = Math.min(this.#shortestPrefix, word.length);
      this.#longest = Math.max(this.#longest, word.length);
    }
  }
}

/** Words that stand by themselves. */
export const WORDS = new SymbolTable([ENGLISH, ...EUROPEAN, ...SPACED_SCRIPTS]);

/** Words of scripts that put nothing between them. */
export const UNSPACED_WORDS = new SymbolTable(UNSPACED_SCRIPTS);
