const WORD = 1;
const OTHER = 2;
const LINE_FEED = 3;
const STOP = 4;
/** A mark that ends a sentence whatever follows it. */
const FULL_STOP = 5;
const APOSTROPHE = 6;

const IS_WORD = /[\p{L}\p{M}\p{N}@$]/u;
/** What may stand between a full stop and the next word: `1.5` and `a.b` are no two sentences. */
const AFTER_STOP = /[\s"'”’)\]*_]/;

/** Kinds of UTF-16 units, found out once each. */
const kinds = new Uint8Array(0x10000);

function kindOf(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  const known = kinds[unit] ?? OTHER;
  if (known !== 0) return known;
  // Letters beyond the first plane are told by both halves of their pair.
  if (unit >= 0xd800 && unit <= 0xdbff) return IS_WORD.test(text.slice(at, at + 2)) ? WORD : OTHER;
  if (unit >= 0xdc00 && unit <= 0xdfff) return IS_WORD.test(text.slice(at - 1, at + 1)) ? WORD : OTHER;
  const kind = kindOfChar(String.fromCharCode(unit));
  kinds[unit] = kind;
  return kind;
}

function kindOfChar(char: string): number {
  if (IS_WORD.test(char)) return WORD;
  if (char === '\n') return LINE_FEED;
  if ('.!?…'.includes(char)) return STOP;
  if ('。！？।'.includes(char)) return FULL_STOP;
  return char === "'" || char === '’' ? APOSTROPHE : OTHER;
}

/** What a text is taken apart into. */
export type Unit = 'word' | 'sentence-end';

/** Takes a text apart, in one pass. An empty line ends a sentence as a full stop does. */
export class TextUnits {
  /** Where the unit that was read last begins and ends. */
  start = 0;
  end = 0;
  /** Of the characters of a word, read on the way: words that are the same have the same. */
  hash = 0;

  constructor(private readonly text: string) {}

  /** Reads the next one; `null` where there is none. */
  next(): Unit | null {
    const { text } = this;
    for (let at = this.end; at < text.length; at += 1) {
      const kind = kindOf(text, at);
      if (kind === OTHER || kind === APOSTROPHE) continue;
      if (kind === WORD) {
        this.#readWord(at);
        return 'word';
      }
      if (endsSentence(kind, text, at)) {
        this.start = at;
        this.end = at + 1;
        return 'sentence-end';
      }
    }
    this.end = text.length;
    return null;
  }

  #readWord(start: number): void {
    const { text } = this;
    let hash = 0;
    let end = start;
    for (; end < text.length; end += 1) {
      const kind = kindOf(text, end);
      // `don't` is one word.
      if (kind !== WORD && !(kind === APOSTROPHE && end + 1 < text.length && kindOf(text, end + 1) === WORD)) break;
      hash = Math.imul(hash ^ text.charCodeAt(end), 0x01000193);
    }
    this.start = start;
    this.end = end;
    this.hash = hash;
  }
}

function endsSentence(kind: number, text: string, at: number): boolean {
  if (kind === LINE_FEED) return isEmptyLine(text, at);
  return kind === FULL_STOP || at + 1 === text.length || AFTER_STOP.test(text.charAt(at + 1));
}

/** Whether only blanks stand before the next line feed. */
function isEmptyLine(text: string, at: number): boolean {
  for (let next = at + 1; next < text.length && next < at + 80; next += 1) {
    const char = text.charAt(next);
    if (char === '\n') return true;
    if (char !== ' ' && char !== '\t' && char !== '\r') return false;
  }
  return false;
}
