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

/** Longer than any wait, and finite: it comes after what is never granted. */
const LONGEST_MS = Number.MAX_SAFE_INTEGER;

/** The one that lasts longer: money first, then what is never granted, and last what no time can help. */
export function longerOf(longest: Refusal | null, refusal: Refusal | null): Refusal | null {
  if (longest === null || refusal === null) return longest ?? refusal;
  return weightOf(refusal) > weightOf(longest) ? refusal : longest;
}

function weightOf({ reason, waitMs }: Refusal): number {
  if (reason === 'spent') return Infinity;
  if (reason === 'never') return Number.MAX_VALUE;
  return waitMs === null ? -1 : Math.min(waitMs, LONGEST_MS);
}
