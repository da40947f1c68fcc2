import * as is from './code-points.js';

/** What stands around a code point once the text is cleaned. */
export interface Surroundings {
  /** The code point before it that stays; empty at the beginning. */
  readonly previous: string;
  readonly beforePrevious: string;
  /** The code point that follows; empty at the end. */
  readonly next: string;
  readonly isFirst: boolean;
  /** Whether anything in the text is written from right to left. */
  readonly hasRtlLetters: boolean;
}

/** Kinds of characters that nobody sees, and whether they can be taken out without changing what a reader is shown. */
export const INVISIBLE_RULES = {
  /** NUL and the other control characters but tab, line feed and carriage return. */
  control: { strips: true },
  /** U+200B, U+2060 to 2064, U+206A to 206F, U+FEFF inside a text, U+180E outside Mongolian. */
  zero_width: { strips: true },
  /** U+FEFF at the very beginning: not worth a finding. */
  byte_order_mark: { strips: true },
  /** A joiner (U+200C, U+200D) where it joins and separates nothing. */
  joiner: { strips: true },
  /** Embeddings, overrides and isolates, which show a text in another order than it is read in. */
  bidi: { strips: true },
  /** U+200E, U+200F, U+061C in a text without letters written from right to left, or after another one. */
  direction_mark: { strips: true },
  /** Tag characters outside a flag. */
  tag: { strips: true },
  /** Variation selectors after what has no variants, or after another one. */
  variation_selector: { strips: true },
  /** Half a surrogate pair: no text at all. Becomes U+FFFD. */
  lone_surrogate: { strips: true },
  /** U+FFF9 to FFFB. */
  annotation: { strips: false },
  private_use: { strips: false },
  unassigned: { strips: false },
} as const satisfies Readonly<Record<string, { readonly strips: boolean }>>;

/** A kind of characters that nobody sees. */
export type InvisibleRule = keyof typeof INVISIBLE_RULES;

/** Which rule a code point falls under; `null` for one that may stay. */
export function ruleOf(point: number, char: string, around: Surroundings): InvisibleRule | null {
  if (is.isControl(point)) return 'control';
  if (point < 0x61c) return null;
  if (point === 0xfeff && around.isFirst) return 'byte_order_mark';
  if (is.isZeroWidth(point)) return 'zero_width';
  if (point === 0x180e) return is.isMongolian(around.previous) ? null : 'zero_width';
  if (is.isJoiner(point)) return joins(point, around) ? null : 'joiner';
  if (is.isBidiControl(point)) return 'bidi';
  if (is.isDirectionMark(point)) return directs(around) ? null : 'direction_mark';
  if (is.isTag(point)) return 'tag';
  if (is.isVariationSelector(point)) return is.hasVariants(around.previous) ? null : 'variation_selector';
  if (is.isIdeographicSelector(point)) return is.isHan(around.previous) ? null : 'variation_selector';
  if (point >= 0xd800 && point <= 0xdfff) return 'lone_surrogate';
  if (is.isAnnotation(point)) return 'annotation';
  if (is.isPrivateUse(char)) return 'private_use';
  return is.isUnassigned(char) ? 'unassigned' : null;
}

/** A joiner works next to a letter that joins, and, where it is U+200D, between two pictographs; a second one never. */
function joins(point: number, { previous, beforePrevious, next }: Surroundings): boolean {
  const last = previous.codePointAt(0) ?? 0;
  if (is.isJoiner(last)) return false;
  if (is.isJoining(previous) || is.isJoining(next)) return true;
  if (point !== 0x200d || !is.isPictograph(next)) return false;
  return is.isPictograph(previous) || ((last === 0xfe0f || is.isEmojiModifier(last)) && hasSign(beforePrevious));
}

/** What a selector or a skin tone can follow in an emoji. */
function hasSign(char: string): boolean {
  return is.isPictograph(char) || is.isEmojiModifier(char.codePointAt(0) ?? 0);
}

function directs({ previous, hasRtlLetters }: Surroundings): boolean {
  return hasRtlLetters && !is.isDirectionMark(previous.codePointAt(0) ?? 0);
}
