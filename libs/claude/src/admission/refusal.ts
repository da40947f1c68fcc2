import type { Denial } from './admission-store.js';
import type { Meter } from './meter.js';

/** Why one meter cannot give what is asked of it. */
export interface Refusal {
  readonly meter: Meter;
  readonly reason: Denial['reason'];
  /** Milliseconds until it can, when nothing is given back; `Infinity` until it is opened, `null` where a settlement must help. */
  readonly waitMs: number | null;
}

/** Of a meter that may be short of what is asked and may be closed as well: what lasts longer. */
export function orClosed(shortage: Refusal | null, meter: Meter, closedForMs: number): Refusal | null {
  if (closedForMs === 0 || shortage?.reason === 'never') return shortage;
  if (shortage !== null && (shortage.waitMs ?? 0) > closedForMs) return shortage;
  return { meter, reason: 'closed', waitMs: closedForMs };
}

/** The refusal that lasts longest: what is never granted first, what no time can help last. */
export function longestOf(refusals: readonly Refusal[]): Refusal {
  return refusals.reduce((longest, refusal) => (weightOf(refusal) > weightOf(longest) ? refusal : longest));
}

function weightOf({ reason, waitMs }: Refusal): number {
  if (reason === 'never') return Infinity;
  return waitMs === null ? -1 : Math.min(waitMs, Number.MAX_VALUE);
}
