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

/** Hears of the words of a text, and of the ends of its sentences, in order, each by its offsets. */
export interface UnitListener {
  word(start: number, end: number): void;
  sentenceEnd(start: number, end: number): void;
}

/** Takes a text apart, in one pass. An empty line ends a sentence as a full stop does. */
export function eachUnit(text: string, listener: UnitListener): void {
  for (let at = 0; at < text.length;) {
    const kind = kindOf(text, at);
    if (kind === WORD) {
      const end = wordEnd(text, at);
      listener.word(at, end);
      at = end;
    } else if (
      kind === FULL_STOP ||
      (kind === STOP && endsSentence(text, at)) ||
      (kind === LINE_FEED && isEmptyLine(text, at))
    ) {
      listener.sentenceEnd(at, at + 1);
      at += 1;
    } else at += 1;
  }
}

function wordEnd(text: string, start: number): number {
  let end = start + 1;
  for (; end < text.length; end += 1) {
    const kind = kindOf(text, end);
    if (kind === WORD) continue;
    // `don't` is one word.
    if (kind === APOSTROPHE && end + 1 < text.length && kindOf(text, end + 1) === WORD) continue;
    break;
  }
  return end;
}

function endsSentence(text: string, at: number): boolean {
  return at + 1 === text.length || AFTER_STOP.test(text.charAt(at + 1));
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
