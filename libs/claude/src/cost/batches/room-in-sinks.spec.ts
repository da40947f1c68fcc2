import { ManualClock } from '../../testing/clock/manual-clock.js';
import { COST_DEFAULTS } from '../cost.options.js';
import { Costs } from '../costs.js';
import { usageEntry } from '../ledger/contract/usage-entries.js';
import type { UsageSink } from '../ledger/usage-sink.js';
import { nextTurn } from './in-lots.js';
import { roomInSinks } from './room-in-sinks.js';

const MINUTE_MS = 60_000;

function costsWith(sink: UsageSink, clock: ManualClock, queued: number): Costs {
  const costs = new Costs({ ...COST_DEFAULTS, sinks: [sink] }, clock);
  for (let n = 0; n < queued; n++) costs.add(usageEntry({ id: `call-${n}` }));
  return costs;
}

/** Lets time pass, a tenth of a second at a time, until something is known; gives up after so many milliseconds. */
async function passedUntil(promise: Promise<void>, clock: ManualClock, limitMs: number): Promise<number> {
  const startMs = clock.now();
  const known = promise.then(() => true);
  const isKnown = (): Promise<boolean> => Promise.race([known, nextTurn().then(() => false)]);
  await nextTurn();
  while (!(await isKnown()) && clock.now() - startMs < limitMs) clock.advance(100);
  return clock.now() - startMs;
}

describe('roomInSinks', () => {
  it('waits for nothing where little waits for a sink', async () => {
    const clock = new ManualClock();
    const costs = costsWith({ name: 'hung', write: () => new Promise(() => undefined) }, clock, 5_000);
    expect(await passedUntil(roomInSinks(costs, clock)(), clock, MINUTE_MS)).toBe(0);
    await costs.close();
  });

  it('waits until a sink has taken what it has', async () => {
    const clock = new ManualClock();
    const taken: string[] = [];
    const sink = {
      name: 'slow',
      write: (lot: readonly { id: string }[]) => void taken.push(...lot.map(({ id }) => id)),
    };
    const costs = costsWith(sink, clock, 6_000);
    expect(await passedUntil(roomInSinks(costs, clock)(), clock, MINUTE_MS)).toBeGreaterThan(0);
    expect(taken.length).toBeGreaterThanOrEqual(1_000);
    await costs.close();
  });

  it('gives up on a sink that hangs after five minutes, for good', async () => {
    const clock = new ManualClock();
    const costs = costsWith({ name: 'hung', write: () => new Promise(() => undefined) }, clock, 6_000);
    const room = roomInSinks(costs, clock);
    expect(await passedUntil(room(), clock, 10 * MINUTE_MS)).toBe(5 * MINUTE_MS);
    expect(await passedUntil(room(), clock, 10 * MINUTE_MS)).toBe(0);
    await costs.close();
  });
});
