import { isUtf8 } from 'node:buffer';
import { rewritten, originOf, type MappedText } from './mapped-text.js';

/** A piece of a text that says something once it is decoded. */
export interface DecodedPiece {
  readonly text: string;
  /** Offsets in the source. */
  readonly start: number;
  readonly end: number;
}

/** What nobody sees between letters although it may stay: soft hyphens, fillers, joiners, marks, selectors. */
const UNSEEN =
  '\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200c-\\u200f\\u3164\\uffa0\\ufe00-\\ufe0f\\u{e0100}-\\u{e01ef}';
/** Letters and digits in another dress: fullwidth, circled, mathematical, ligatures. */
const DRESSED =
  '\\u2070-\\u209c\\u2100-\\u214f\\u2460-\\u24ff\\ufb00-\\ufb06\\uff01-\\uff9f\\u{1d400}-\\u{1d7ff}\\u{1f100}-\\u{1f12f}';
const ASCII = /^[\0-\x7f]*$/;
const UNPLAIN = new RegExp(`[${UNSEEN}]+|[${DRESSED}]`, 'gu');
const IS_DRESSED = new RegExp(`^[${DRESSED}]`, 'u');

/** A text as a reader takes it: without what is not seen, and with letters in their plain form. */
export function plainView(cleaned: MappedText): MappedText {
  if (ASCII.test(cleaned.text)) return cleaned;
  return rewritten(cleaned, UNPLAIN, (match) => (IS_DRESSED.test(match) ? match.normalize('NFKC') : ''));
}

const ESCAPES =
  /(?:%[\da-f]{2}){1,8192}|(?:&#(?:\d{1,7}|x[\da-f]{1,6});?){1,4096}|&(?:lt|gt|amp|quot|apos|nbsp);|(?:\\u\{?[\da-f]{2,6}\}?|\\x[\da-f]{2}){1,4096}/gi;

/** What percent signs, entities and escapes of JavaScript stand for, in their place. */
export function unescaped(view: MappedText): MappedText {
  const { text } = view;
  if (!text.includes('%') && !text.includes('&') && !text.includes('\\')) return view;
  return rewritten(view, ESCAPES, (match) => {
    if (match.startsWith('%')) return Buffer.from(match.replaceAll('%', ''), 'hex').toString('utf8');
    if (match.startsWith('\\')) return fromPoints(match.matchAll(/\\[ux]\{?([\da-f]{2,6})/gi), 16);
    const named = NAMED.get(match.toLowerCase());
    return (
      named ??
      match.replaceAll(/&#(x?)([\da-f]{1,7});?/gi, (_, hex: string, digits: string) => {
        return pointOf(Number.parseInt(digits, hex === '' ? 10 : 16));
      })
    );
  });
}

const NAMED: ReadonlyMap<string, string> = new Map([
  ['&lt;', '<'],
  ['&gt;', '>'],
  ['&amp;', '&'],
  ['&quot;', '"'],
  ['&apos;', "'"],
  ['&nbsp;', ' '],
]);

function fromPoints(matches: Iterable<RegExpExecArray>, radix: number): string {
  return [...matches].map(([, digits = '']) => pointOf(Number.parseInt(digits, radix))).join('');
}

function pointOf(point: number): string {
  return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : '';
}

/** A way to set letters apart. */
interface Setting {
  /** Tells most texts that have none of it, and costs little. */
  readonly hint: RegExp;
  /** What is certain: four letters in a row. */
  readonly certain: RegExp;
  /** Words of any length. */
  readonly words: RegExp;
  readonly between: RegExp;
}

const SPACED: Setting = {
  hint: /(?:^|\s)\S \S \S \S(?:\s|$)/,
  certain: /(?<!\S)(?:[\p{L}\p{N}] ){3,2000}[\p{L}\p{N}](?![\p{L}\p{N}])/gu,
  words: /(?<!\S)(?:\S ){1,2000}\S(?!\S)/gu,
  between: / /g,
};
const DOTTED: Setting = {
  // Letters and digits, and whatever is not ASCII: to tell letters among that is what takes time.
  hint: /(?<![A-Za-z0-9])(?:[^\0-/:-@[-`{-\x7f][._*~\-/|]){3}[^\0-/:-@[-`{-\x7f]/,
  certain: /(?<![\p{L}\p{N}])(?:[\p{L}\p{N}][._*~\-/|]){3,2000}[\p{L}\p{N}](?![\p{L}\p{N}])/gu,
  words: /(?<![\p{L}\p{N}])(?:[\p{L}\p{N}'][._*~\-/|]){1,2000}[\p{L}\p{N}](?![\p{L}\p{N}])/gu,
  between: /[._*~\-/|]/g,
};

/** Words whose letters were set apart, put together again. */
export function unspaced(view: MappedText): MappedText {
  return joined(joined(view, DOTTED), SPACED);
}

/** Where long words are set apart, short ones are as well. */
function joined(view: MappedText, { hint, certain, words, between }: Setting): MappedText {
  if (!hint.test(view.text)) return view;
  let found = 0;
  for (const match of view.text.matchAll(certain)) {
    found += match[0].length > 16 ? 2 : 1;
    if (found >= 2) return rewritten(view, words, (run) => run.replaceAll(between, ''));
  }
  return view;
}

const BASE64 = /(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{16,}={0,2}/g;
const HEX = /(?<![A-Za-z0-9])(?:0x)?(?:[\da-fA-F]{2}){12,}(?![A-Za-z0-9])/g;
const HEX_PAIRS = /(?<![A-Za-z0-9])(?:0x)?[\da-fA-F]{2}(?:[ ,:]{1,2}(?:0x)?[\da-fA-F]{2}){11,}(?![A-Za-z0-9])/g;
/** Tells most texts that have none of it, and costs little. */
const HEX_PAIRS_HINT = /\b[\da-f]{2}[ ,:]{1,2}(?:0x)?[\da-f]{2}[ ,:]{1,2}(?:0x)?[\da-f]{2}\b/i;
const UTF8 = new TextDecoder();
/** Text, and not what any bytes may look like: mostly letters, and words of a usual length. */
const READS_AS_TEXT = /^[\t\n\r\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}]*$/u;

/** A pair of hex digits between two others. */
const HEX_PAIR_WORD = /^(?:0x)?[\da-f]{2}$/i;

/**
 * Pieces in base64 or hex that read as text.
 *
 * @param hints Those of {@link DISGUISE_HINTS} that some word of the text answers to.
 */
export function decodedPieces(view: MappedText, hints: ReadonlySet<RegExp>): readonly DecodedPiece[] {
  const pieces: DecodedPiece[] = [];
  const take = (expression: RegExp, decode: (run: string) => Buffer): void => {
    for (const match of view.text.matchAll(expression)) {
      const text = asText(decode(match[0]));
      if (text === null) continue;
      const start = originOf(view, match.index);
      pieces.push({ text, start, end: originOf(view, match.index + match[0].length) });
    }
  };
  if (hasLongRun(view.text)) {
    take(BASE64, (run) => Buffer.from(run, 'base64'));
    take(HEX, fromHex);
  }
  if (hints.has(HEX_PAIR_WORD) && HEX_PAIRS_HINT.test(view.text)) take(HEX_PAIRS, fromHex);
  return pieces;
}

/** Whether a text has as many characters of base64 in a row as make a piece. Looks at every sixteenth, and around it. */
function hasLongRun(text: string): boolean {
  for (let at = SHORTEST_RUN - 1; at < text.length; at += SHORTEST_RUN) {
    let length = 0;
    for (let left = at; left >= 0 && length < SHORTEST_RUN && isOfBase64(text.charCodeAt(left)); left -= 1) length += 1;
    if (length === 0) continue;
    for (let right = at + 1; length < SHORTEST_RUN && isOfBase64(text.charCodeAt(right)); right += 1) length += 1;
    if (length >= SHORTEST_RUN) return true;
  }
  return false;
}

const SHORTEST_RUN = 16;

function isOfBase64(code: number): boolean {
  if (code >= 97) return code <= 122;
  if (code >= 65) return code <= 90 || code === 95;
  return (code >= 48 && code <= 57) || code === 43 || code === 45 || code === 47;
}

function fromHex(run: string): Buffer {
  return Buffer.from(run.replaceAll(/0x|[^\da-fA-F]/g, ''), 'hex');
}

function asText(bytes: Buffer): string | null {
  // A decoder that refuses what is no UTF-8 takes far longer to say so.
  if (!isUtf8(bytes)) return null;
  const text = UTF8.decode(bytes);
  return /\s/.test(text) && READS_AS_TEXT.test(text) ? text : null;
}

/** Words that give away a text that is written backwards, or with its letters moved by thirteen. */
const BACKWARDS = /\b(?:eht|lla|ruoy|uoy|dna|taht|siht|tpmorp|suoiverp|erongi|tegrof)\b/i;
const MOVED = /\b(?:gur|nyy|lbhe|lbh|naq|gung|guvf|cebzcg|cerivbhf|vtaber|sbetrg)\b/i;

/** By which words a text is suspected of being disguised, each to be looked for in single words. */
export const DISGUISE_HINTS: readonly RegExp[] = [HEX_PAIR_WORD, BACKWARDS, MOVED];

/**
 * The whole text read another way, where something in it says so.
 *
 * @param hints Those of {@link DISGUISE_HINTS} that some word of the text answers to.
 */
export function otherReadings({ text }: MappedText, hints: ReadonlySet<RegExp>): readonly string[] {
  const readings: string[] = [];
  // Once more in the whole text: a word ends before an underscore, which is part of a name.
  if (hints.has(BACKWARDS) && BACKWARDS.test(text)) readings.push(Array.from(text).toReversed().join(''));
  if (hints.has(MOVED) && MOVED.test(text)) readings.push(text.replaceAll(/[a-z]/gi, movedByThirteen));
  return readings;
}

function movedByThirteen(letter: string): string {
  const code = letter.charCodeAt(0);
  const first = code >= 97 ? 97 : 65;
  return String.fromCharCode(((code - first + 13) % 26) + first);
}
