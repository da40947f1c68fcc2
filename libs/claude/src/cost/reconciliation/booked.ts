import type { UsageLedger } from '../ledger/usage-ledger.js';
import type { UsageShare } from '../ledger/usage-summary.js';
import { undatedModelId } from '../pricing/plain-model-id.js';
import { endOf } from './days.js';
import { bookedIn, NOTHING_BOOKED, sum, type BookedAmounts } from './used.js';

/** What the ledger has of one day. */
export interface BookedDay {
  /** Whether it still has all of the day. */
  readonly isKept: boolean;
  /** By model, under one name for all of its ids. */
  readonly byModel: ReadonlyMap<string, BookedAmounts>;
  readonly byEndpoint: ReadonlyMap<string, BookedAmounts>;
}

/** What a ledger has of the day that begins at a moment. */
export async function bookedDay(ledger: UsageLedger, startsAtMs: number): Promise<BookedDay> {
  const { period, byModel, byEndpoint } = await ledger.summarize({ fromMs: startsAtMs, toMs: endOf(startsAtMs) });
  return {
    isKept: Date.parse(period.from) <= startsAtMs && Date.parse(period.to) >= endOf(startsAtMs),
    byModel: byName(byModel, undatedModelId),
    byEndpoint: byName(byEndpoint, (name) => name),
  };
}

function byName(shares: readonly UsageShare[], nameOf: (name: string) => string): ReadonlyMap<string, BookedAmounts> {
  const booked = new Map<string, BookedAmounts>();
  for (const share of shares) {
    const name = nameOf(share.name);
    booked.set(name, sum(booked.get(name) ?? NOTHING_BOOKED, bookedIn(share)));
  }
  return booked;
}
