import { imageSizeOf } from './image-size.js';
import type { TokenScale } from './token-scale.js';

/** Pixels a token shows ("Vision" in the Anthropic API docs). */
const PIXELS_PER_TOKEN = 750;

/** A guess at the tokens of a base64 image; that of the largest where its size cannot be read. */
export function imageTokens(base64: string, scale: TokenScale): number {
  const size = imageSizeOf(base64);
  if (size === null) return scale.maxImageTokens;
  const shrink = Math.min(1, scale.maxImageSidePx / Math.max(size.widthPx, size.heightPx));
  const tokens = (size.widthPx * size.heightPx * shrink ** 2) / PIXELS_PER_TOKEN;
  return Math.min(scale.maxImageTokens, Math.ceil(tokens));
}
