/** Most texts have no more than these, which an expression tells faster than a loop. */
const PLAIN_ASCII = /^[\t\n\r -~]*$/;

/** Anything the pass over code points would have to look at. Most texts have none of it. */
const SUSPECT =
  /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\p{Variation_Selector}\ufeff\ufff9-\ufffb\u{e0000}-\u{e01ef}\p{Co}\p{Cn}\p{Cs}]/u;

const PLAIN = 1;
const TO_LOOK_AT = 2;
/** Of UTF-16 units, found out once each: an expression that knows all of Unicode is slow on long texts. */
const kinds = new Uint8Array(0x10000);

/** Whether a text has anything that has to be looked at code point by code point. */
export function isSuspect(text: string): boolean {
  return !PLAIN_ASCII.test(text) && holdsSuspect(text);
}

function holdsSuspect(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    const kind = kinds[unit];
    if (kind === PLAIN) continue;
    if (kind === TO_LOOK_AT) return true;
    if (isSurrogate(unit)) {
      // Both halves of a pair together say what it is.
      if (SUSPECT.test(String.fromCodePoint(text.codePointAt(at) ?? 0))) return true;
      at += 1;
      continue;
    }
    const isPlain = !SUSPECT.test(String.fromCharCode(unit));
    kinds[unit] = isPlain ? PLAIN : TO_LOOK_AT;
    if (!isPlain) return true;
  }
  return false;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}

/** Scripts whose letters join or stack, so that a joiner after one of them can change how it is drawn. */
const JOINING =
  /[\p{scx=Arab}\p{scx=Syrc}\p{scx=Mong}\p{scx=Nkoo}\p{scx=Mand}\p{scx=Phag}\p{scx=Mani}\p{scx=Adlm}\p{scx=Rohg}\p{scx=Deva}\p{scx=Beng}\p{scx=Guru}\p{scx=Gujr}\p{scx=Orya}\p{scx=Taml}\p{scx=Telu}\p{scx=Knda}\p{scx=Mlym}\p{scx=Sinh}\p{scx=Khmr}\p{scx=Mymr}\p{scx=Tibt}\p{scx=Java}\p{scx=Bali}\p{scx=Sund}\p{scx=Cakm}\p{scx=Mtei}\p{scx=Newa}\p{scx=Gran}\p{scx=Tirh}\p{scx=Sylo}]/u;
const LETTER_OR_MARK = /^[\p{L}\p{M}]/u;
const RTL_LETTER =
  /(?=\p{L})[\p{sc=Hebr}\p{sc=Arab}\p{sc=Syrc}\p{sc=Thaa}\p{sc=Nkoo}\p{sc=Samr}\p{sc=Mand}\p{sc=Adlm}\p{sc=Rohg}\p{sc=Mani}]/u;
const PICTOGRAPH = /^\p{Extended_Pictographic}/u;
const MONGOLIAN = /\p{sc=Mong}/u;
const HAN = /\p{sc=Han}/u;
/** What some standard defines a second form of: emoji, symbols, and a few scripts; no alphabet does. */
const HAS_VARIANTS =
  /[\p{Emoji}\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Mymr}\p{sc=Phag}\p{sc=Mani}\p{sc=Mong}]|(?![\0-\x7f])[\p{S}\p{P}\p{N}]/u;
const UNASSIGNED = /\p{Cn}/u;
const PRIVATE_USE = /\p{Co}/u;

/** Of one code point, whose text it is given as. */
export const isJoining = (char: string): boolean => JOINING.test(char) && LETTER_OR_MARK.test(char);
export const isPictograph = (char: string): boolean => PICTOGRAPH.test(char);
export const isMongolian = (char: string): boolean => MONGOLIAN.test(char);
export const isHan = (char: string): boolean => HAN.test(char);
export const hasVariants = (char: string): boolean => HAS_VARIANTS.test(char);
export const isUnassigned = (char: string): boolean => UNASSIGNED.test(char);
export const isPrivateUse = (char: string): boolean => PRIVATE_USE.test(char);

/** Whether a text has letters that are written from right to left. */
export const hasRtlLetters = (text: string): boolean => RTL_LETTER.test(text);

/** What every rule of the table is about, by code point. */
export const isControl = (point: number): boolean =>
  (point < 0x20 && point !== 0x09 && point !== 0x0a && point !== 0x0d) || (point >= 0x7f && point <= 0x9f);
/** Zero-width spaces, the word joiner, invisible operators and the deprecated format characters. */
export const isZeroWidth = (point: number): boolean =>
  point === 0x200b || (point >= 0x2060 && point <= 0x2064) || (point >= 0x206a && point <= 0x206f) || point === 0xfeff;
export const isJoiner = (point: number): boolean => point === 0x200c || point === 0x200d;
export const isBidiControl = (point: number): boolean =>
  (point >= 0x202a && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069);
export const isDirectionMark = (point: number): boolean => point === 0x200e || point === 0x200f || point === 0x061c;
export const isTag = (point: number): boolean => point >= 0xe0000 && point <= 0xe007f;
export const isVariationSelector = (point: number): boolean => point >= 0xfe00 && point <= 0xfe0f;
export const isIdeographicSelector = (point: number): boolean => point >= 0xe0100 && point <= 0xe01ef;
export const isAnnotation = (point: number): boolean => point >= 0xfff9 && point <= 0xfffb;
export const isEmojiModifier = (point: number): boolean => point >= 0x1f3fb && point <= 0x1f3ff;
