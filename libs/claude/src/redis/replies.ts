import type { Denial } from '../admission/admission-store.js';
import type { Refusal } from '../admission/refusal.js';
import type { ClosedBy, Meter, Standing } from '../admission/meter.js';

/** Reasons why meters are closed, each at the number that a server keeps of it. */
export const CLOSED_BY: readonly (ClosedBy | null)[] = [null, 'pause', 'retry-after', 'spend'];

/** What a server says of claims: all it ever granted of each meter by then, `null` where that is not known, or why it granted none. */
export type Verdict =
  | { readonly granted: true; readonly totals: readonly (number | null)[] }
  | { readonly granted: false; readonly refusal: Refusal; readonly standings: readonly Standing[] };

/** Reads what `acquire` answers. @param meters Those that were asked, in their order. */
export function verdictOf(reply: unknown, meters: readonly Meter[]): Verdict {
  const [granted, ...rest] = reply as readonly unknown[];
  if (Number(granted) === 1) return { granted: true, totals: totalsOf(rest, meters) };
  const [first, reason, wait, ...standings] = rest;
  return {
    granted: false,
    refusal: {
      reason: String(reason) as Denial['reason'],
      meter: meters[Number(first) - 1] as Meter,
      waitMs: String(wait) === '' ? null : numberOf(String(wait)),
    },
    standings: standings.map((text, i) => standingOf(String(text), meters[i] as Meter)),
  };
}

/** Only those of rates are told, in their order; none of a lease that was asked for twice. */
function totalsOf(told: readonly unknown[], meters: readonly Meter[]): (number | null)[] {
  let next = 0;
  return meters.map(({ kind }) => (kind === 'rate' && next < told.length ? Number(told[next++]) : null));
}

/** Reads how a meter stands. */
export function standingOf(text: string, meter: Meter): Standing {
  const [limit = 0, learned = -1, burst = 0, level = 0, outstanding = 0, ratePerMs = 0, closedForMs = 0, by = 0] = text
    .split(' ')
    .map(numberOf);
  return {
    meter,
    limit,
    learnedLimit: learned < 0 ? null : learned,
    burst,
    level,
    outstanding,
    ratePerMs,
    closedForMs,
    closedBy: CLOSED_BY[by] ?? null,
  };
}

/** Lua writes numbers as C does. */
function numberOf(text: string): number {
  if (text === 'inf') return Infinity;
  return text === '-inf' ? -Infinity : Number(text);
}
