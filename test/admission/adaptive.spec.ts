import type { Fault } from 'nestjs-claude/testing';
import { rejection } from '../support/claude-harness.js';
import { bootLimits, expectNothingHeld, HeldAnswers, WAYS, type LimitHarness } from '../support/limit-harness.js';

/** More than these tests ever ask for, so that only places are scarce. */
const AMPLE = { requestsPerMinute: 60_000, tokensPerMinute: 10_000_000 };

/** Each failure is the call's own. */
const ONCE = { circuit: false, retry: { maxAttempts: 1 } } as const;

let harness: LimitHarness;
let held: HeldAnswers;
beforeEach(() => {
  held = new HeldAnswers();
});
afterEach(() => expectNothingHeld(harness));

/** How many calls may be under way at the endpoint now. */
async function places(): Promise<number | undefined> {
  const { concurrency } = await harness.limiter.snapshot();
  return concurrency[0]?.limit;
}

/** Signs that the endpoint has too much to do. */
const OVERLOADS: readonly (readonly [name: string, fault: Fault])[] = [
  ['529', { kind: 'status', status: 529 }],
  ['503', { kind: 'status', status: 503 }],
  ['429', { kind: 'status', status: 429 }],
  ['an error event before the first content of a stream', { kind: 'errorEvent' }],
];

describe.each(WAYS)('the calls that may be under way at an endpoint, with %s', (_, ask) => {
  it.each(OVERLOADS)('are fewer by a fifth after %s, once a second, and never fewer than `min`', async (__, fault) => {
    harness = await bootLimits({ ...AMPLE, concurrency: { initial: 10, min: 3 } }, ONCE);
    const { claude, sim, still } = harness;
    sim.onMessage().failWith(fault);
    const seen: unknown[] = [];
    for (let second = 0; second < 7; second++) {
      await rejection(ask(claude));
      // Of one overload many calls may tell.
      await rejection(ask(claude));
      seen.push(await places());
      still.advance(1_000);
    }
    expect(seen).toEqual([8, 6, 5, 4, 3, 3, 3]);
  });

  it('are as many as before after failures that tell of no overload', async () => {
    harness = await bootLimits({ ...AMPLE, concurrency: { initial: 10 } }, ONCE);
    const { claude, sim, still } = harness;
    for (const fault of [500, 400, { kind: 'malformedJson' }] as const) {
      sim.onMessage().failWith(fault).once();
      await rejection(ask(claude));
      still.advance(1_000);
    }
    expect(await places()).toBe(10);
  });

  it('are more by one with every answer at first, and never more than `max`', async () => {
    harness = await bootLimits({ ...AMPLE, concurrency: { initial: 2, max: 5 } }, ONCE);
    const { claude, sim } = harness;
    sim.onMessage().reply(held.reply);
    const calls = Array.from({ length: 12 }, () => ask(claude));
    for (const expected of [2, 3, 4, 5, 5, 5, 5, 5]) {
      await held.untilHeld(expected);
      expect(await places()).toBe(expected);
      held.letGo(1);
    }
    await held.untilHeld(4);
    held.letGo();
    await Promise.all(calls);
    expect([await places(), held.atOnce]).toEqual([5, 5]);
  });

  it('are more by one with every round of answers once there was an overload', async () => {
    harness = await bootLimits({ ...AMPLE, concurrency: { initial: 5, min: 2 } }, ONCE);
    const { claude, sim } = harness;
    sim.onMessage().failWith(529).once().thenReply(held.reply);
    await rejection(ask(claude));
    const calls = Array.from({ length: 10 }, () => ask(claude));
    // 4, 4 + 1/4, 4.25 + 1/4.25, ...
    for (const expected of [4, 4, 4, 4, 4, 5]) {
      await held.untilHeld(expected);
      expect(await places()).toBe(expected);
      held.letGo(1);
    }
    await held.untilHeld(4);
    held.letGo();
    await Promise.all(calls);
    expect(held.atOnce).toBe(5);
  });

  it('do not get more as long as few of them are made use of', async () => {
    harness = await bootLimits({ ...AMPLE, concurrency: { initial: 10 } });
    for (let call = 0; call < 5; call++) await ask(harness.claude);
    expect(await places()).toBe(10);
  });

  it('are not limited with `concurrency: false`', async () => {
    harness = await bootLimits({ ...AMPLE, concurrency: false });
    const { claude, sim, limiter } = harness;
    sim.onMessage().reply(held.reply);
    const calls = Array.from({ length: 30 }, () => ask(claude));
    await held.untilHeld(30);
    expect((await limiter.snapshot()).concurrency).toEqual([]);
    held.letGo();
    await Promise.all(calls);
  });
});
