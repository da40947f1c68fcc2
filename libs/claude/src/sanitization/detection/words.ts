import type { MappedText } from './mapped-text.js';
import { SENTENCE_END } from './phrase.js';
import { TextUnits } from './text-units.js';
import { partsOf, type WordPart } from './word-meaning.js';

/** A text as the phrases see it: one character a word, and where each begins and ends. */
export interface WordSequence {
  readonly symbols: string;
  /** Each symbol that occurs. */
  readonly present: ReadonlySet<string>;
  /** Those of the reader's hints that some word of the text answers to. */
  readonly hints: ReadonlySet<RegExp>;
  /** Where in the text the words were taken from that one stands at, by their place in the sequence. */
  startOf(index: number): number;
  endOf(index: number): number;
}

/** A word that was met before. */
interface SeenWord {
  readonly word: string;
  readonly hash: number;
  readonly parts: readonly WordPart[];
  readonly hints: readonly RegExp[];
  /** The last pass that met it: once is enough to know that it occurs. */
  pass: number;
}

/** Of words that were seen, one for each of these ends of a hash. A power of two. */
const SLOTS = 16_384;
/** Longer ones are seldom met again. */
const LONGEST_SEEN = 32;

/** Words there is room for from the start, and that room is kept for once a longer text has been read. */
const KEPT_WORDS = 1_024;
const MOST_KEPT_WORDS = 16_384;

const NO_HINTS: ReadonlySet<RegExp> = new Set();

/** Turns texts into sequences of words. Remembers words, as most of a text is the same few. */
export class WordReader {
  readonly #seen: (SeenWord | undefined)[] = Array.from({ length: SLOTS });
  readonly #found = new SequenceBuilder();
  #pass = 0;

  /** @param hints What is to be told of words beside what they mean. Not global. */
  constructor(private readonly hints: readonly RegExp[]) {}

  /** @returns What is good until the next text is read. */
  read({ text }: MappedText): WordSequence {
    const pass = (this.#pass += 1);
    const found = this.#found;
    found.begin();
    const units = new TextUnits(text);
    for (let unit = units.next(); unit !== null; unit = units.next()) {
      const { start, end } = units;
      if (unit === 'sentence-end') {
        found.add(SENTENCE_END, start, end);
        continue;
      }
      const seen = this.#lookUp(text, units);
      if (seen.pass !== pass) {
        seen.pass = pass;
        found.meet(seen);
      }
      for (const part of seen.parts) found.add(part.symbol, start + part.start, start + part.end);
    }
    return found.build();
  }

  /** Takes a word out of the text only where it has to be looked at. */
  #lookUp(text: string, { start, end, hash }: TextUnits): SeenWord {
    const slot = hash & (SLOTS - 1);
    const known = this.#seen[slot];
    if (known?.hash === hash && known.word.length === end - start && standsAt(text, start, known.word)) return known;
    const word = text.slice(start, end);
    const seen = { word, hash, parts: partsOf(word), hints: this.hints.filter((hint) => hint.test(word)), pass: 0 };
    if (word.length <= LONGEST_SEEN) this.#seen[slot] = seen;
    return seen;
  }
}

function standsAt(text: string, start: number, word: string): boolean {
  for (let at = 0; at < word.length; at += 1) {
    if (text.charCodeAt(start + at) !== word.charCodeAt(at)) return false;
  }
  return true;
}

/** Puts a sequence together. What it has put together is good until it begins with the next one. */
class SequenceBuilder {
  #present = new Set<string>();
  #hints: Set<RegExp> | null = null;
  #codes = new Uint16Array(KEPT_WORDS);
  /** Start and end by turns. */
  #places = new Uint32Array(KEPT_WORDS * 2);
  #length = 0;

  begin(): void {
    this.#present = new Set();
    this.#hints = null;
    this.#length = 0;
    if (this.#codes.length > MOST_KEPT_WORDS) this.#resize(KEPT_WORDS);
  }

  meet({ parts, hints }: SeenWord): void {
    for (const { symbol } of parts) this.#present.add(symbol);
    if (hints.length > 0) this.#hints ??= new Set();
    for (const hint of hints) this.#hints?.add(hint);
  }

  add(symbol: string, start: number, end: number): void {
    const at = this.#length++;
    if (at === this.#codes.length) this.#resize(at * 2);
    this.#codes[at] = symbol.charCodeAt(0);
    this.#places[at * 2] = start;
    this.#places[at * 2 + 1] = end;
  }

  build(): WordSequence {
    const places = this.#places;
    const { buffer, byteOffset } = this.#codes;
    return {
      symbols: Buffer.from(buffer, byteOffset, this.#length * 2).toString('utf16le'),
      present: this.#present,
      hints: this.#hints ?? NO_HINTS,
      startOf: (index) => places[index * 2] ?? 0,
      endOf: (index) => places[index * 2 + 1] ?? 0,
    };
  }

  /** Keeps of what is there as much as there is room for. */
  #resize(words: number): void {
    const [codes, places] = [this.#codes, this.#places];
    this.#codes = new Uint16Array(words);
    this.#codes.set(codes.subarray(0, Math.min(this.#length, words)));
    this.#places = new Uint32Array(words * 2);
    this.#places.set(places.subarray(0, Math.min(this.#length, words) * 2));
  }
}
