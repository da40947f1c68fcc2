import { setImmediate as turn } from 'node:timers/promises';
import { ManualClock } from '../../testing/clock/manual-clock.js';
import { SinkFeed } from './sink-feed.js';
import { usageEntry } from './contract/usage-entries.js';
import type { UsageEntry } from './usage-entry.js';
import type { SinkEvent } from './usage-sink.js';

interface Setup {
  readonly clock: ManualClock;
  readonly feed: SinkFeed;
  readonly lots: string[][];
  readonly events: SinkEvent[];
}

function setup(
  write: (entries: readonly UsageEntry[], lot: number) => PromiseLike<void> | void = () => undefined,
): Setup {
  const clock = new ManualClock();
  const lots: string[][] = [];
  const events: SinkEvent[] = [];
  const sink = {
    name: 'warehouse',
    write: (entries: readonly UsageEntry[]) => {
      lots.push(entries.map(({ id }) => id));
      return write(entries, lots.length);
    },
  };
  return { clock, lots, events, feed: new SinkFeed(sink, clock, (event) => events.push(event)) };
}

function offer(feed: SinkFeed, count: number): void {
  for (let n = 0; n < count; n++) feed.offer(usageEntry({ id: `${n}` }));
}

async function pass(clock: ManualClock, ms: number): Promise<void> {
  clock.advance(ms);
  await turn();
}

describe('SinkFeed', () => {
  it('writes what came in a tenth of a second as one lot, in order', async () => {
    const { feed, clock, lots } = setup();
    offer(feed, 3);
    await pass(clock, 99);
    expect(lots).toEqual([]);
    await pass(clock, 1);
    expect(lots).toEqual([['0', '1', '2']]);
    expect(feed.stats).toEqual({ name: 'warehouse', queued: 0, written: 3, dropped: 0, failures: 0 });
  });

  it('gives a lot again until it is taken, later and later, and tells of it once', async () => {
    const { feed, clock, lots, events } = setup((_, lot) => {
      if (lot < 4) throw new Error('away');
    });
    offer(feed, 1);
    for (const ms of [100, 100, 200, 400]) await pass(clock, ms);
    expect(lots).toEqual([['0'], ['0'], ['0'], ['0']]);
    expect(events.map(({ type }) => type)).toEqual(['sink-failed', 'sink-recovered']);
    expect(feed.stats).toMatchObject({ written: 1, failures: 3, queued: 0 });
  });

  it('takes a rejected promise for a failure too', async () => {
    const { feed, clock, events } = setup(() => Promise.reject(new Error('away')));
    offer(feed, 1);
    await pass(clock, 100);
    expect(events).toMatchObject([{ type: 'sink-failed', sink: 'warehouse', error: { message: 'away' } }]);
    feed.close();
  });

  it('never has two lots under way, and never more than 500 entries in one', async () => {
    const taken: (() => void)[] = [];
    const { feed, clock, lots } = setup(() => new Promise<void>((resolve) => taken.push(resolve)));
    offer(feed, 501);
    await pass(clock, 100);
    offer(feed, 1);
    await pass(clock, 60_000);
    expect(lots.map(({ length }) => length)).toEqual([500]);
    taken[0]?.();
    await turn();
    await pass(clock, 0);
    expect(lots.map(({ length }) => length)).toEqual([500, 2]);
  });

  it('drops the newest when 10,000 wait, counts them, and tells of it once', async () => {
    const { feed, clock, events } = setup(() => new Promise<void>(() => undefined));
    offer(feed, 10_003);
    await pass(clock, 100);
    expect(feed.stats).toMatchObject({ queued: 10_000, dropped: 3 });
    expect(events.map(({ type }) => type)).toEqual(['sink-overflowed']);
  });

  it('flushes at once, and says whether everything was taken', async () => {
    const { feed, clock, lots } = setup();
    offer(feed, 600);
    const flushed = feed.flush(1_000);
    for (let n = 0; n < 3; n++) await pass(clock, 0);
    expect(await flushed).toBe(true);
    expect(lots.map(({ length }) => length)).toEqual([500, 100]);
    expect(await feed.flush(1_000)).toBe(true);
  });

  it('gives a sink that hangs no longer than the grace', async () => {
    const { feed, clock } = setup(() => new Promise<void>(() => undefined));
    offer(feed, 1);
    const flushed = feed.flush(1_000);
    await pass(clock, 1_000);
    expect(await flushed).toBe(false);
  });

  it('holds no timer and takes nothing once it is closed', async () => {
    const { feed, clock, lots } = setup();
    offer(feed, 2);
    feed.close();
    feed.close();
    offer(feed, 1);
    await pass(clock, 60_000);
    expect(lots).toEqual([]);
    expect(feed.stats).toMatchObject({ queued: 0, dropped: 3 });
  });
});
