import { ManualClock } from '../testing/clock/manual-clock.js';
import { StreamWatch, type StreamTimeouts } from './stream-watch.js';

const TIMEOUTS: StreamTimeouts = { firstEventMs: 100, idleMs: 80, contentIdleMs: 300 };

/** A watch over a stream that is told what comes when. */
class Watched {
  readonly clock = new ManualClock();
  readonly silences: string[] = [];
  excused = false;
  readonly watch: StreamWatch;

  constructor(timeouts: Partial<StreamTimeouts> = {}, elapsedMs = 0) {
    this.watch = new StreamWatch({ ...TIMEOUTS, ...timeouts }, this.clock, elapsedMs, {
      isExcused: () => this.excused,
      onSilence: (what) => this.silences.push(what),
    });
  }

  /** Time passes in steps of a millisecond, and whatever waits for its turn has it. */
  async pass(ms: number): Promise<void> {
    for (let at = 0; at < ms; at++) {
      this.clock.advance(1);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

describe('StreamWatch', () => {
  it('needs no timer for a stream that is over before it begins to watch', () => {
    const { watch, clock } = new Watched();
    watch.bytes();
    watch.event();
    watch.stop();
    watch.start();
    expect(clock.pendingTimers).toBe(0);
  });

  it.each([
    ['nothing at all', {}, 0, 80, '`timeouts.idleMs`'],
    ['pings only', { idleMs: 1_000 }, 40, 60, '`timeouts.firstEventMs`'],
  ])(
    'tells of a stream of %s, counted from the beginning of the attempt',
    async (_, timeouts, elapsedMs, ms, option) => {
      const watched = new Watched(timeouts, elapsedMs);
      watched.watch.start();
      await watched.pass(ms - 1);
      expect(watched.silences).toEqual([]);
      await watched.pass(1);
      expect(watched.silences).toEqual([expect.stringContaining(option)]);
    },
  );

  it.each([
    ['longer', 300],
    ['shorter', 20],
  ])('lets another limit hold after the first event, be it %s', async (_, contentIdleMs) => {
    const watched = new Watched({ contentIdleMs, idleMs: 1_000 });
    watched.watch.start();
    await watched.pass(50);
    watched.watch.bytes();
    watched.watch.event();
    await watched.pass(contentIdleMs - 1);
    expect(watched.silences).toEqual([]);
    await watched.pass(1);
    expect(watched.silences).toEqual([expect.stringContaining('`timeouts.contentIdleMs`')]);
  });

  it('keeps one timer, and moves it for nothing that only comes in time', async () => {
    const watched = new Watched();
    watched.watch.start();
    for (let at = 0; at < 10; at++) {
      await watched.pass(50);
      watched.watch.bytes();
      watched.watch.event();
      expect(watched.clock.pendingTimers).toBe(1);
    }
    expect(watched.silences).toEqual([]);
    watched.watch.stop();
    expect(watched.clock.pendingTimers).toBe(0);
  });

  it('waits anew while bytes wait for a slow reader', async () => {
    const watched = new Watched();
    watched.watch.start();
    watched.excused = true;
    await watched.pass(200);
    watched.excused = false;
    expect(watched.silences).toEqual([]);
    await watched.pass(80);
    expect(watched.silences).toHaveLength(1);
  });
});
