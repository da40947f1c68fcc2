import { foldWord, leetReadings, unlikeLatin, withoutClitic } from './fold.js';
import { UNSPACED_WORDS, WORDS } from './lexicon/lexicon.js';
import { OTHER_WORD } from './phrase.js';

/** A stretch of a unit that means something, or nothing, to the rules. Offsets are those in the unit. */
export interface WordPart {
  readonly symbol: string;
  readonly start: number;
  readonly end: number;
}

const UNSPACED = /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmr}\p{sc=Mymr}]/u;
/** Longer than words of most languages are: several written as one. */
const GLUED = 18;

/** What a unit of a text says: mostly one word, in some scripts and when glued together several. */
export function partsOf(unit: string): readonly WordPart[] {
  if (UNSPACED.test(unit)) return unspacedParts(unit);
  if (unit.length >= GLUED) return gluedParts(unit);
  return whole(unit, symbolOf(unit));
}

function whole({ length }: string, symbol: string): readonly WordPart[] {
  return [{ symbol, start: 0, end: length }];
}

function symbolOf(written: string): string {
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
function unspacedParts(unit: string): readonly WordPart[] {
  const parts: WordPart[] = [];
  let other = -1;
  const passOver = (end: number): void => {
    if (other >= 0) parts.push({ symbol: OTHER_WORD, start: other, end });
    other = -1;
  };
  for (let at = 0; at < unit.length;) {
    const [length, symbol] = UNSPACED_WORDS.longestAt(unit, at);
    if (length > 0) {
      passOver(at);
      parts.push({ symbol, start: at, end: at + length });
      at += length;
    } else {
      if (other < 0) other = at;
      at += 1;
    }
  }
  passOver(unit.length);
  return parts;
}

/** Words written as one: told apart by their capitals, else by what the lexicon knows of them. */
function gluedParts(unit: string): readonly WordPart[] {
  const symbol = symbolOf(unit);
  if (symbol !== OTHER_WORD) return whole(unit, symbol);
  const parts = [...unit.matchAll(/\p{Lu}?[\p{Ll}\p{M}'’]+|\p{Lu}+(?!\p{Ll})|[\d@$]+/gu)];
  // Capitals at random make parts of a letter or two.
  if (parts.length <= 1 || unit.length / parts.length < 3) return runParts(unit, 0);
  return parts.flatMap(({ 0: part, index }): readonly WordPart[] =>
    part.length < GLUED ? [{ symbol: symbolOf(part), start: index, end: index + part.length }] : runParts(part, index),
  );
}

/** Of the words in a run: letters alone are in every run, and what is longer is hardly ever written as one with others. */
const IN_A_RUN = { shortest: 2, longest: 14 };

/** A run of letters that has no capitals to go by: known words in it, if they make up a third of it. */
function runParts(run: string, start: number): readonly WordPart[] {
  const folded = run.toLowerCase();
  const words = folded.length === run.length ? wordsOfRun(folded) : [];
  const covered = words.reduce((sum, { symbol, length }) => (symbol === OTHER_WORD ? sum : sum + length), 0);
  // What changes its length when it is folded has no places to tell.
  if (covered * 3 < run.length) return [{ symbol: OTHER_WORD, start, end: start + run.length }];
  return words.map(({ symbol, at, length }) => ({ symbol, start: start + at, end: start + at + length }));
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
