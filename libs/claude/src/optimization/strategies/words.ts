/** Letters and digits of any script, in any case. */
const WORD = /[\p{L}\p{M}\p{N}]+/gu;

/** Finds words, or several in a row, in texts: whole ones, so that "one" is not in "phone". */
export class WordList {
  readonly #phrases: readonly string[];

  /** @param phrases Each of at least one word. */
  constructor(phrases: readonly string[]) {
    this.#phrases = phrases.map(spaced);
  }

  /** The first phrase, in lower case, that is in one of the texts; `null` for none. */
  find(texts: readonly string[]): string | null {
    const all = texts.map(spaced);
    return this.#phrases.find((phrase) => all.some((text) => text.includes(phrase)))?.trim() ?? null;
  }
}

/** Whether there is a word in it. */
export function hasWord(text: string): boolean {
  return spaced(text) !== ' ';
}

function spaced(text: string): string {
  const words = text.toLowerCase().match(WORD) ?? [];
  return words.length === 0 ? ' ' : ` ${words.join(' ')} `;
}
