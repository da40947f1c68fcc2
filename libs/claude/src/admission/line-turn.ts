/** When somebody has its turn: a lower rank goes first, then an earlier arrival. */
export interface LineTurn {
  readonly rank: number;
  readonly arrival: number;
}

interface Line {
  /** `null` when nobody waits. */
  readonly turn: LineTurn | null;
}

/**
 * The lines in which somebody waits, in the order in which the first of each has its turn. Almost linear where those of one
 * rank are given in order of arrival, whatever the ranks: sorting makes use of what is in order already.
 */
export function inTurn<L extends Line>(lines: Iterable<L>): readonly L[] {
  const ranks = new Map<number, { readonly line: L; readonly arrival: number }[]>();
  for (const line of lines) {
    if (line.turn === null) continue;
    const { rank, arrival } = line.turn;
    const same = ranks.get(rank);
    if (same === undefined) ranks.set(rank, [{ line, arrival }]);
    else same.push({ line, arrival });
  }
  const byRank = [...ranks].toSorted(([one], [other]) => one - other);
  return byRank.flatMap(([, same]) => same.toSorted((a, b) => a.arrival - b.arrival).map(({ line }) => line));
}
