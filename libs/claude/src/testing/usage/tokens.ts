/** UTF-16 code units the simulator counts as one token. */
export const CHARACTERS_PER_TOKEN = 4;

/** A flat price for an image, about what a large one costs with the API. */
export const IMAGE_TOKENS = 1_600;

/** What every message costs beside its content. */
export const MESSAGE_TOKENS = 3;

/**
 * The simulator's tokenizer: four UTF-16 code units a token, rounded up. Not Claude's, which is not public, but the
 * same on every run and easy to work out by hand.
 */
export function countTokens(text: string): number {
  return Math.ceil(text.length / CHARACTERS_PER_TOKEN);
}

/** A part of a text, and the tokens that come with it. */
export interface Piece {
  readonly text: string;
  readonly tokens: number;
}

/** Cuts a text into pieces of about `size` code units, never inside a surrogate pair; their tokens add up to the text's. */
export function piecesOf(text: string, size: number): readonly Piece[] {
  const pieces: Piece[] = [];
  for (let start = 0, end; start < text.length; start = end) {
    end = safeCut(text, Math.min(text.length, start + size));
    const tokens = Math.ceil(end / CHARACTERS_PER_TOKEN) - Math.ceil(start / CHARACTERS_PER_TOKEN);
    pieces.push({ text: text.slice(start, end), tokens });
  }
  return pieces;
}

/** The text's first `tokens` tokens. */
export function firstTokens(text: string, tokens: number): string {
  const end = tokens * CHARACTERS_PER_TOKEN;
  if (end >= text.length) return text;
  return text.slice(0, isInsidePair(text, end) ? end - 1 : end);
}

function safeCut(text: string, end: number): number {
  return isInsidePair(text, end) ? end + 1 : end;
}

function isInsidePair(text: string, index: number): boolean {
  return text.charCodeAt(index) >>> 10 === 0x37 && text.charCodeAt(index - 1) >>> 10 === 0x36;
}
