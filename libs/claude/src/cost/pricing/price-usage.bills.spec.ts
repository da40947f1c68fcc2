import { ManualClock } from '../../testing/clock/manual-clock.js';
import { Prices } from './prices.js';
import { HAND_BILLS, type HandBill } from './spec-support/bills.js';
import { used } from './spec-support/usage.js';

const named = (bills: readonly HandBill[]): (readonly [name: string, bill: HandBill])[] =>
  bills.map((bill) => [`${bill.what}: ${bill.sum} µ$ = ${bill.nanoUsd} n$ for ${bill.model}`, bill] as const);

describe.each(Object.entries(HAND_BILLS))('a bill as added up by hand, for %s', (_subject, bills) => {
  it.each(named(bills))('%s', (_name, { model, on, usage, nanoUsd, unpriced, options }) => {
    const { costOf } = new Prices(options, new ManualClock());
    const cost = costOf(model, used(usage), Date.parse(on));
    expect(cost).toMatchObject({ nanoUsd, unpriced, accuracy: 'exact' });
  });
});
