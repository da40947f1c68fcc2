import type { Awaitable } from '../admission/admission-store.js';
import type { Standing } from '../admission/meter.js';
import { RecentStandings } from '../admission/recent-standings.js';
import type { Clock } from '../call/clock.js';

/** How limits look to a call that is not made yet. */
export interface PoolOutlook {
  /** The least that any of them has left, as a share of what it can have: from 0, where a call would wait, to 1. */
  readonly headroom: number;
  /** Milliseconds until the first call could be let through, as far as time alone tells; `Infinity` while it is paused. */
  readonly waitMs: number;
}

/** What is not limited. */
export const UNLIMITED: PoolOutlook = Object.freeze({ headroom: 1, waitMs: 0 });

/** How old what a shared store said may be: looking must cost a call no round trip. */
const REFRESH_MS = 100;

/** Looks at limits, at once: of a shared store it knows how they stood a moment ago. */
export class OutlookOnLimits {
  readonly #standings: RecentStandings;

  constructor(standing: () => Awaitable<readonly Standing[]>, clock: Clock) {
    this.#standings = new RecentStandings(standing, clock, REFRESH_MS);
  }

  /** @param queued How many wait for them. */
  look(queued: number): PoolOutlook {
    return outlookOf(this.#standings.look(), queued);
  }

  /** Whether so much, an amount for each of them in their order, would be let through at once. */
  hasRoomFor(amounts: readonly number[], queued: number): boolean {
    if (queued > 0) return false;
    return this.#standings
      .look()
      .every(
        ({ closedForMs, level, burst }, index) => closedForMs === 0 && level >= Math.min(amounts[index] ?? 0, burst),
      );
  }
}

/** How limits look that stand like this, with so many in line for them. */
export function outlookOf(standings: readonly Standing[], queued: number): PoolOutlook {
  let { headroom, waitMs } = UNLIMITED;
  for (const { burst, limit, level, ratePerMs, closedForMs } of standings) {
    if (closedForMs > 0) {
      headroom = 0;
      waitMs = Math.max(waitMs, closedForMs);
    }
    if (!Number.isFinite(limit)) continue;
    // A share of a burst that is nothing is nothing.
    headroom = Math.min(headroom, level < 1 ? 0 : level / burst);
    if (ratePerMs > 0) waitMs = Math.max(waitMs, (1 - level) / ratePerMs);
  }
  return queued === 0 ? { headroom, waitMs } : { headroom: 0, waitMs: waitMs + queued * TURN_MS };
}

/** What each in line adds to a wait whose length nobody knows: enough to tell a long line from a short one. */
const TURN_MS = 1;
