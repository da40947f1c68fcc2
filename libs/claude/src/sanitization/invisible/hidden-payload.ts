/** Fewer characters than this say nothing. */
const SHORTEST = 4;

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** What tag characters spell: ASCII, shifted to where nobody sees it. `null` where it is too short to say anything. */
export function decodeTags(points: readonly number[]): string | null {
  const shown = points.filter((point) => point >= 0xe0020 && point < 0xe007f);
  if (shown.length < SHORTEST) return null;
  return shown.map((point) => String.fromCharCode(point - 0xe0000)).join('');
}

/**
 * What a run of variation selectors spells as bytes of UTF-8: the sixteen of the first block are 0 to 15, those of the
 * second 16 to 255. `null` for what is no text.
 */
export function decodeSelectors(points: readonly number[]): string | null {
  if (points.length < SHORTEST) return null;
  const bytes = points.map((point) => (point < 0xe0000 ? point - 0xfe00 : point - 0xe0100 + 16));
  try {
    return UTF8.decode(Uint8Array.from(bytes));
  } catch {
    return null;
  }
}
