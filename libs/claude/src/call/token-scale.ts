/**
 * What content costs with one generation of models, in tokens. From the Anthropic API docs where they say, else commonly
 * observed; high where neither is sure.
 */
export interface TokenScale {
  /** Characters of English a token holds. */
  readonly charactersPerToken: number;
  /** What the largest image costs. */
  readonly maxImageTokens: number;
  /** Longest side of an image that is not scaled down before it is counted. */
  readonly maxImageSidePx: number;
  /** What having tools at all costs. */
  readonly toolUseTokens: number;
}

/** Up to the 4.6 generation. */
const OLDER: TokenScale = {
  charactersPerToken: 4,
  maxImageTokens: 1_600,
  maxImageSidePx: 1_568,
  toolUseTokens: 346,
};

/** Since 4.7, whose tokenizer makes some 30 % more tokens of the same text. */
const NEWER: TokenScale = {
  charactersPerToken: 3,
  maxImageTokens: 4_800,
  maxImageSidePx: Infinity,
  toolUseTokens: 400,
};

/** `opus-4-8`, `3-5` and, where a date follows, `opus-4`. */
const VERSION = /claude-(?:[a-z]+-)?(\d+)(?:-(\d)(?!\d))?/;

/** The scale of a model, by any id that has its version in it; that of newer models for any other. */
export function tokenScaleOf(model: string | null): TokenScale {
  const [, major, minor = 0] = VERSION.exec(model ?? '') ?? [];
  if (major === undefined) return NEWER;
  return Number(major) < 4 || (Number(major) === 4 && Number(minor) < 7) ? OLDER : NEWER;
}
