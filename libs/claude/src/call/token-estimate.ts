/**
 * Bytes a token takes on the wire, low on purpose so that estimates come out high: about 4 characters a token for
 * English up to the 4.6 generation, about 3 since (derived from Anthropic's statement of some 30 % more tokens).
 */
const BYTES_PER_TOKEN = 3;

/** A guess for so many bytes of text. */
export function tokensOfBytes(bytes: number): number {
  return Math.ceil(bytes / BYTES_PER_TOKEN);
}
