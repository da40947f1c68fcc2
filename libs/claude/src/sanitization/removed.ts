/** Stands where something was taken out. Deleting alone would let what is left on both sides grow together into the next attack. */
export const REMOVED = '[removed]';

/** A text that still has something after so many rounds is given up. */
const MOST_ROUNDS = 8;

interface Range {
  readonly start: number;
  readonly end: number;
}

/**
 * A text with a marker in the place of everything that is found in it, until nothing is.
 *
 * @param clean Applied to what is left: a joiner may have joined what is gone.
 */
export function markedHits(
  text: string,
  find: (text: string) => readonly Range[],
  clean: (text: string) => string,
): string {
  let marked = text;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const ranges = find(marked);
    if (ranges.length === 0) return marked;
    marked = clean(withMarkers(marked, ranges));
  }
  return find(marked).length === 0 ? marked : REMOVED;
}

function withMarkers(text: string, ranges: readonly Range[]): string {
  let marked = '';
  let done = 0;
  for (const { start, end } of ranges.toSorted((a, b) => a.start - b.start)) {
    if (end <= done) continue;
    // What overlaps with the last one is covered by its marker.
    if (start >= done) marked += text.slice(done, start) + REMOVED;
    done = end;
  }
  return marked + text.slice(done);
}
