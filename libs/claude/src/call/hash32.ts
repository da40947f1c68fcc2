const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** Looked up once: in the contexts that Jest runs tests in, each look at a global costs as much as hundreds of characters. */
const { imul } = Math;

/** FNV-1a over UTF-16 code units, 32 bits. Enough to pick from a list; never used where a collision matters. */
export function hash32(text: string): number {
  let hash = FNV_OFFSET;
  for (let i = 0; i < text.length; i++) hash = imul(hash ^ text.charCodeAt(i), FNV_PRIME);
  return hash >>> 0;
}
