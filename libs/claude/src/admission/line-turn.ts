/** When somebody has its turn: a lower rank goes first, then an earlier arrival. */
export interface LineTurn {
  readonly rank: number;
  readonly arrival: number;
}

interface Line {
  /** `null` when nobody waits. */
  readonly turn: LineTurn | null;
}

/** The lines in which somebody waits, in the order in which the first of each has its turn. */
export function inTurn<L extends Line>(lines: readonly L[]): readonly L[] {
  return lines
    .flatMap((line) => (line.turn === null ? [] : [{ line, ...line.turn }]))
    .toSorted((a, b) => a.rank - b.rank || a.arrival - b.arrival)
    .map(({ line }) => line);
}
