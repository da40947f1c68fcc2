/** What was granted of one meter, as the law sees it. */
interface Entry {
  readonly claimed: number;
  /** What it really costs, whenever that comes out. */
  readonly actual: number;
  readonly burst: number;
  /** What had flowed into the meter since the beginning of time, and what it was given anew when a guess was replaced. */
  readonly flowed: number;
  /** How many entries there were when it was settled. */
  settledAt: number;
}

/** Rounding, and what flows in a microsecond at the highest of rates. */
const TOLERANCE = 0.01;

/** The books of one meter: what it granted, kept for ever, to be held against the law of the held bucket. */
export class LawBook {
  readonly #entries: Entry[] = [];
  #flowed = 0;

  /** Time passes in which the meter flows. */
  flow(units: number): void {
    this.#flowed += units;
  }

  /** Writes down a claim that was granted. Returns what to call when it is settled. */
  grant(claimed: number, actual: number, burst: number): () => void {
    const entry: Entry = { claimed, actual, burst, flowed: this.#flowed, settledAt: Infinity };
    this.#entries.push(entry);
    return () => {
      entry.settledAt = this.#entries.length;
    };
  }

  /**
   * The worst that any interval from one claim granted to another exceeds the law by: the burst at its start, what flowed
   * during it, and what claims that were not settled at its end turned out too low by.
   */
  worstExcess(): number {
    let worst = -Infinity;
    for (const [from, first] of this.#entries.entries()) {
      let used = 0;
      for (let to = from; to < this.#entries.length; to += 1) {
        const last = this.#entries[to];
        if (last === undefined) break;
        used += last.actual;
        const allowed = first.burst + last.flowed - first.flowed + this.#debts(from, to) + oversize(last);
        worst = Math.max(worst, used - allowed);
      }
    }
    return worst - TOLERANCE;
  }

  #debts(from: number, to: number): number {
    return this.#entries
      .slice(from, to + 1)
      .filter(({ settledAt }) => settledAt > to)
      .reduce((sum, { claimed, actual }) => sum + Math.max(0, actual - claimed), 0);
  }
}

/** A claim above a guessed burst is let through alone, as debt. */
function oversize({ claimed, burst }: Entry): number {
  return Math.max(0, claimed - burst);
}
