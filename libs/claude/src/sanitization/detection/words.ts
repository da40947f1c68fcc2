import { foldWord, leetReadings, unlikeLatin, withoutClitic } from './fold.js';
import { UNSPACED_WORDS, WORDS } from './lexicon/lexicon.js';
import type { MappedText } from './mapped-text.js';
import { OTHER_WORD, SENTENCE_END } from './phrase.js';
import { eachUnit } from './text-units.js';

/** A text as the phrases see it: one character a word, and where each begins and ends. */
export interface WordSequence {
  readonly symbols: string;
  /** Offsets in the text the words were taken from. */
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

const UNSPACED = /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmr}\p{sc=Mymr}]/u;
/** Longer than words of most languages are: several written as one. */
const GLUED = 18;

/** Words and their symbols, as most of a text is the same few words. Emptied when full. */
const seen = new Map<string, string>();
const MOST_SEEN = 20_000;
const LONGEST_SEEN = 32;

/** Turns a text into the sequence of its words. */
export function wordsOf({ text }: MappedText): WordSequence {
  const found = new SequenceBuilder();
  eachUnit(text, {
    sentenceEnd: (start, end) => found.add(SENTENCE_END, start, end),
    word: (start, end) => addWord(found, text.slice(start, end), start),
  });
  return found.build();
}

function addWord(found: SequenceBuilder, word: string, start: number): void {
  const known = seen.get(word);
  if (known !== undefined) found.add(known, start, start + word.length);
  else if (UNSPACED.test(word)) addUnspaced(found, word, start);
  else if (word.length >= GLUED) addGlued(found, word, start);
  else found.add(symbolOf(word), start, start + word.length);
}

class SequenceBuilder {
  readonly #symbols: string[] = [];
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];

  add(symbol: string, start: number, end: number): void {
    this.#symbols.push(symbol);
    this.#starts.push(start);
    this.#ends.push(end);
  }

  build(): WordSequence {
    return { symbols: this.#symbols.join(''), starts: this.#starts, ends: this.#ends };
  }
}

function symbolOf(word: string): string {
  const known = seen.get(word);
  if (known !== undefined) return known;
  const symbol = lookUp(word);
  if (word.length > LONGEST_SEEN) return symbol;
  if (seen.size >= MOST_SEEN) seen.clear();
  seen.set(word, symbol);
  return symbol;
}

function lookUp(written: string): string {
  const word = foldWord(written);
  const symbol = WORDS.find(word);
  if (symbol !== undefined) return symbol;
  const latin = unlikeLatin(word);
  const alike = latin === word ? undefined : WORDS.find(latin);
  if (alike !== undefined) return alike;
  for (const reading of /[\d@$]/.test(latin) ? leetReadings(latin) : []) {
    const meant = WORDS.find(reading);
    if (meant !== undefined) return meant;
  }
  return WORDS.find(withoutClitic(word)) ?? WORDS.mistyped(latin) ?? OTHER_WORD;
}

/** Scripts without spaces: the longest word that begins at a place counts, and what begins none is passed over. */
function addUnspaced(found: SequenceBuilder, unit: string, start: number): void {
  let other = -1;
  for (let at = 0; at < unit.length;) {
    const [length, symbol] = UNSPACED_WORDS.longestAt(unit, at);
    if (length > 0) {
      if (other >= 0) found.add(OTHER_WORD, start + other, start + at);
      other = -1;
      found.add(symbol, start + at, start + at + length);
      at += length;
    } else {
      if (other < 0) other = at;
      at += 1;
    }
  }
  if (other >= 0) found.add(OTHER_WORD, start + other, start + unit.length);
}

/** Words written as one: told apart by their capitals, else by what the lexicon knows of them. */
function addGlued(found: SequenceBuilder, unit: string, start: number): void {
  const symbol = symbolOf(unit);
  if (symbol !== OTHER_WORD) {
    found.add(symbol, start, start + unit.length);
    return;
  }
  const parts = [...unit.matchAll(/\p{Lu}?[\p{Ll}\p{M}'’]+|\p{Lu}+(?!\p{Ll})|[\d@$]+/gu)];
  // Capitals at random make parts of a letter or two.
  if (parts.length > 1 && unit.length / parts.length >= 3) {
    for (const part of parts) {
      const at = start + part.index;
      if (part[0].length < GLUED) found.add(symbolOf(part[0]), at, at + part[0].length);
      else addRun(found, part[0], at);
    }
  } else addRun(found, unit, start);
}

/** Of the words in a run: letters alone are in every run, and what is longer is hardly ever written as one with others. */
const IN_A_RUN = { shortest: 2, longest: 14 };

/** A run of letters that has no capitals to go by: known words in it, if they make up a third of it. */
function addRun(found: SequenceBuilder, run: string, start: number): void {
  const folded = run.toLowerCase();
  const words = folded.length === run.length ? wordsOfRun(folded) : [];
  const covered = words.reduce((sum, { symbol, length }) => (symbol === OTHER_WORD ? sum : sum + length), 0);
  // What changes its length when it is folded has no places to tell.
  if (covered * 3 < run.length) found.add(OTHER_WORD, start, start + run.length);
  else for (const { symbol, at, length } of words) found.add(symbol, start + at, start + at + length);
}

interface WordOfRun {
  readonly symbol: string;
  readonly at: number;
  length: number;
}

/** Letters that belong to no known word are one word together. */
function wordsOfRun(run: string): WordOfRun[] {
  const words: WordOfRun[] = [];
  for (let at = 0; at < run.length;) {
    const [length, symbol] = WORDS.longestAt(run, at, IN_A_RUN);
    const last = words.at(-1);
    if (length > 0) words.push({ symbol, at, length });
    else if (last?.symbol === OTHER_WORD) last.length += 1;
    else words.push({ symbol: OTHER_WORD, at, length: 1 });
    at += Math.max(length, 1);
  }
  return words;
}
