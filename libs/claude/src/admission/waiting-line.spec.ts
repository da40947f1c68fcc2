import { isClaudeError } from '../errors/claude-error.js';
import { LimitExceededError, RequestExceedsLimitError } from '../errors/refusals.js';
import { AdaptiveConcurrency } from './adaptive-concurrency.js';
import type { AdmissionStore } from './admission-store.js';
import { LateStore } from './spec-support/late-store.js';
import { METER, TestLine, type Fate } from './spec-support/line.js';

const atOnce = (store: AdmissionStore): AdmissionStore => store;
const late = (store: AdmissionStore): AdmissionStore => new LateStore(store);

/** A line whose ten units are taken. */
async function emptied(...args: ConstructorParameters<typeof TestLine>): Promise<TestLine> {
  const line = new TestLine(...args);
  const { lease } = await line.come('all', { amount: 10 });
  if (lease === null) throw new Error('The line was not empty.');
  await line.store.settle(lease, [10]);
  line.served.length = 0;
  return line;
}

function refusalOf({ error }: Fate): LimitExceededError {
  if (isClaudeError(error, 'limit_exceeded')) return error;
  throw new Error('It was not refused for a limit.');
}

describe.each([
  ['that answers at once', atOnce],
  ['that answers late', late],
])('A line before a store %s', (_name, wrap) => {
  it('lets through whoever finds enough and nobody waiting', async () => {
    const line = new TestLine(wrap);
    await line.come('a', { amount: 10 });
    expect([line.served, line.line.length, line.clock.pendingTimers]).toEqual([['a'], 0, 0]);
  });

  it('serves in the order of arrival, each as soon as there is enough, on one timer', async () => {
    const line = await emptied(wrap);
    await Promise.all(['a', 'b', 'c'].map((name) => line.come(name, { amount: 2 })));
    expect([line.served, line.clock.pendingTimers]).toEqual([[], 1]);
    await line.pass(1_999);
    expect(line.served).toEqual([]);
    await line.pass(1);
    expect(line.served).toEqual(['a']);
    await line.pass(4_000, 500);
    expect([line.served, line.clock.pendingTimers]).toEqual([['a', 'b', 'c'], 0]);
  });

  it('lets nobody pass by the first in line', async () => {
    const line = await emptied(wrap);
    await line.come('large', { amount: 8 });
    await line.come('small', { amount: 1 });
    await line.pass(7_999, 100);
    expect(line.served).toEqual([]);
    await line.pass(1_001, 100);
    expect(line.served).toEqual(['large', 'small']);
  });

  it('serves what a settlement gives back at once', async () => {
    const line = new TestLine(wrap);
    const all = await line.come('all', { amount: 10 });
    await line.come('next', { amount: 5 });
    await line.settle(all, 4);
    expect(line.served).toEqual(['all', 'next']);
  });

  it('serves higher priorities first, and who waits counts as one higher after a while', async () => {
    const line = await emptied(wrap);
    line.settles = true;
    await line.come('background', { rank: 2, amount: 3 });
    await line.come('normal', { rank: 1 });
    await line.come('interactive', { rank: 0 });
    await line.pass(1_000);
    expect(line.served).toEqual(['interactive']);
    await line.pass(1_000);
    expect(line.served).toEqual(['interactive', 'normal']);
    for (let second = 2; second < 23; second += 1) {
      await line.come(`at ${second}`, { rank: 0 });
      await line.pass(1_000);
    }
    // From the 20th second on it counts as interactive, and nobody who came later is served before it.
    expect(line.served.slice(-3)).toEqual(['at 18', 'background', 'at 19']);
  });

  it('serves whoever becomes the first by waiting as soon as there is enough for it', async () => {
    const line = new TestLine(wrap);
    const all = await line.come('all', { amount: 10 });
    line.served.length = 0;
    // With the debt, the large one could be let through after twelve seconds only.
    await line.settle(all, 12);
    await line.come('small', { rank: 1, amount: 6 });
    await line.pass(5_000);
    await line.come('large', { rank: 0, amount: 10 });
    await line.pass(4_999);
    expect(line.served).toEqual([]);
    await line.pass(1);
    expect(line.served).toEqual(['small']);
  });

  it('serves whoever comes with a higher priority at once where there is enough for it', async () => {
    const line = await emptied(wrap);
    await line.come('large', { rank: 1, amount: 10 });
    await line.pass(2_000);
    await line.come('small', { rank: 0, amount: 2 });
    expect(line.served).toEqual(['small']);
    await line.come('less', { rank: 2, amount: 0 });
    expect(line.served).toEqual(['small']);
  });

  it('takes back whoever was in it before, ahead of those who came later', async () => {
    const line = await emptied(wrap);
    const early = line.request();
    await line.come('a');
    await line.come('b');
    await line.come('back', { arrival: early.arrival, sinceMs: early.sinceMs });
    await line.pass(3_000, 500);
    expect(line.served).toEqual(['back', 'a', 'b']);
  });

  it('refuses at once what would wait too long, and says when to come back', async () => {
    const line = await emptied(wrap);
    await line.come('a', { amount: 8 });
    const hopeless = await line.come('b', { amount: 3, maxWaitMs: 10_999 });
    expect(refusalOf(hopeless)).toMatchObject({ reason: 'wait-too-long', scope: METER.label, retryAfterMs: 11_000 });
    const hopeful = await line.come('c', { amount: 3, maxWaitMs: 11_000 });
    expect([hopeful.error, line.line.length, line.line.counts]).toEqual([null, 2, { delayed: 2, refused: 1 }]);
  });

  it('expects those ahead to give back as much as others did', async () => {
    const line = await emptied(wrap);
    for (let i = 0; i < 100; i += 1) line.line.learn({ meters: [METER], amounts: [10] }, [1]);
    await line.come('a', { amount: 8 });
    const { error } = await line.come('b', { amount: 3, maxWaitMs: 5_000 });
    expect(error).toBeNull();
  });

  it('refuses nobody at once for what is only a guess, which the first answer may end', async () => {
    const guess = { ...METER, isGuess: true };
    const line = new TestLine(wrap);
    const claims = { meters: [guess], amounts: [10] };
    await line.come('all', { claims });
    const fates = [await line.come('b', { claims }), await line.come('c', { claims, maxWaitMs: 1_000 })];
    await line.store.observe([{ meter: guess, limit: 6_000, remaining: 6_000 }]);
    line.line.wake();
    await line.settled();
    expect(fates.map(({ error }) => error)).toEqual([null, null]);
    expect(line.served).toEqual(['all', 'b', 'c']);
  });

  it('refuses whoever has waited as long as it may', async () => {
    const line = await emptied(wrap);
    const all = await line.come('first', { amount: 10, maxWaitMs: 10_000 });
    await line.pass(5_000);
    await line.store.observe([{ meter: METER, remaining: 0, closed: { forMs: Infinity, by: 'pause' } }]);
    await line.pass(4_999);
    expect(all.error).toBeNull();
    await line.pass(1);
    expect(all.error).toBeInstanceOf(LimitExceededError);
    expect([line.line.length, line.clock.pendingTimers]).toEqual([0, 0]);
  });

  it('refuses whoever finds as many waiting as may', async () => {
    const line = await emptied(wrap, { maxLength: 2 });
    await line.come('a');
    await line.come('b');
    expect(refusalOf(await line.come('c'))).toMatchObject({ reason: 'queue-full', retryAfterMs: 3_000 });
    await line.pass(1_000);
    expect((await line.come('d')).error).toBeNull();
  });

  it('lets nobody wait where nobody may', async () => {
    const line = await emptied(wrap, { maxLength: 0 });
    expect(refusalOf(await line.come('a')).reason).toBe('queue-full');
    await line.pass(1_000);
    expect((await line.come('b')).lease).not.toBeNull();
  });

  it('refuses what there can never be enough for before it waits, and lets the rest go on', async () => {
    const line = new TestLine(wrap);
    expect((await line.come('alone', { amount: 11 })).error).toBeInstanceOf(RequestExceedsLimitError);
    await line.come('all', { amount: 10 });
    await line.come('waits', { amount: 1 });
    const { error } = await line.come('never', { amount: 11 });
    expect(error).toBeInstanceOf(RequestExceedsLimitError);
    expect(error).toMatchObject({ requested: 11, limit: 10, scope: METER.label });
    expect(line.line.length).toBe(1);
  });

  it('refuses whoever comes to ask for too much because the limit was lowered', async () => {
    const line = await emptied(wrap);
    const large = await line.come('large', { amount: 9 });
    await line.come('small', { amount: 1 });
    await line.store.observe([{ meter: METER, limit: 30 }]);
    await line.pass(18_000, 100);
    expect(large.error).toBeInstanceOf(RequestExceedsLimitError);
    expect(line.served).toEqual(['small']);
  });

  it('keeps a wait the other side asked for, whatever there is, and serves in order after it', async () => {
    const line = new TestLine(wrap);
    await line.store.observe([{ meter: METER, closed: { forMs: 2_000, by: 'retry-after' } }]);
    await line.come('a');
    await line.come('b');
    await line.pass(1_999);
    expect(line.served).toEqual([]);
    await line.pass(1);
    expect(line.served).toEqual(['a', 'b']);
  });

  it('refuses at once while it is closed for longer than anybody may wait, with the reason', async () => {
    const line = new TestLine(wrap);
    await line.store.observe([{ meter: METER, closed: { forMs: 60_000, by: 'retry-after' } }]);
    expect(refusalOf(await line.come('a'))).toMatchObject({ reason: 'retry-after', retryAfterMs: 60_000 });
    await line.store.observe([{ meter: METER, closed: { forMs: 90_000, by: 'spend' } }]);
    expect(refusalOf(await line.come('a')).reason).toBe('spend');
  });

  it('turns away those who wait already once it is closed for longer than they may, and keeps the others', async () => {
    const line = await emptied(wrap);
    const first = await line.come('first', { amount: 5, maxWaitMs: 60_000 });
    const [short, long] = [await line.come('short', { maxWaitMs: 19_999 }), await line.come('long')];
    await line.store.observe([{ meter: METER, closed: { forMs: 20_000, by: 'retry-after' } }]);
    line.line.wake();
    await line.settled();
    expect(refusalOf(short)).toMatchObject({ reason: 'retry-after', retryAfterMs: 20_000 });
    expect([first.error, long.error, line.line.counts.refused]).toEqual([null, null, 1]);
    await line.pass(20_000);
    expect(line.served).toEqual(['first', 'long']);
  });

  it('lets callers wait for the end of a pause that has none yet', async () => {
    const line = new TestLine(wrap);
    await line.store.observe([{ meter: METER, closed: { forMs: Infinity, by: 'pause' } }]);
    const patient = await line.come('patient');
    const impatient = await line.come('impatient', { maxWaitMs: 500 });
    await line.pass(500);
    expect(refusalOf(impatient)).toMatchObject({ reason: 'paused', retryAfterMs: undefined });
    await line.store.observe([{ meter: METER, closed: { forMs: 0, by: 'pause' } }]);
    line.line.wake();
    await line.settled();
    expect(patient.lease).not.toBeNull();
  });

  it('forgets whoever leaves, and serves the next', async () => {
    const line = await emptied(wrap);
    const large = await line.come('large', { amount: 10 });
    await line.come('small', { amount: 1 });
    await line.pass(1_000);
    if (large.waiting) line.line.leave(large.waiting, new Error('gone'));
    await line.settled();
    expect([large.error, line.served]).toEqual([new Error('gone'), ['small']]);
    expect(line.clock.pendingTimers).toBe(0);
  });

  it('serves 10,000 in order, a random third of whom leave, and holds nothing in the end', async () => {
    const line = await emptied(wrap, { maxLength: 10_000 });
    line.settles = true;
    const fates = await Promise.all(
      Array.from({ length: 10_000 }, (_, i) => line.come(String(i), { amount: 0.01, maxWaitMs: 1_000_000 })),
    );
    const left = new Set<string>();
    let seed = 7;
    for (const { name, waiting } of fates) {
      seed = (seed * 48_271) % 2_147_483_647;
      if (seed % 3 !== 0 || waiting === null) continue;
      left.add(name);
      line.line.leave(waiting, new Error('gone'));
    }
    await line.settled();
    await line.pass(100_000, 500);
    expect(line.served).toEqual(fates.map(({ name }) => name).filter((name) => !left.has(name)));
    expect(left.size).toBeGreaterThan(3_000);
    expect((await line.store.standing([METER]))[0]?.outstanding).toBe(0);
    expect([line.line.length, line.clock.pendingTimers]).toEqual([0, 0]);
  }, 30_000);

  it('turns everybody away when it is cleared', async () => {
    const line = await emptied(wrap);
    const fates = [await line.come('a'), await line.come('b')];
    line.line.clear(() => new Error('closed'));
    await line.settled();
    expect(fates.map(({ error }) => error)).toEqual([new Error('closed'), new Error('closed')]);
    expect([line.line.length, line.clock.pendingTimers]).toEqual([0, 0]);
  });

  it('takes a place and a lease together, or neither', async () => {
    const places = new AdaptiveConcurrency({ initial: 1, min: 1, max: 1 });
    const line = new TestLine(wrap, {}, places);
    const first = await line.come('first', { amount: 1 });
    const second = await line.come('second', { amount: 1 });
    expect([line.served, (await line.store.standing([METER]))[0]?.outstanding]).toEqual([['first'], 1]);
    await line.settle(first, 1);
    expect([line.served, places.inFlight]).toEqual([['first', 'second'], 1]);
    await line.settle(second, 1);
    expect((await line.come('large', { amount: 10 })).lease).toBeNull();
    expect(places.inFlight).toBe(0);
  });

  it('serves those who wait by the new limits when these are set anew', async () => {
    const line = await emptied(wrap);
    await line.come('a', { amount: 10 });
    line.line.replaceMeters([{ ...METER, limit: 600 }]);
    await line.settled();
    await line.pass(1_000);
    expect(line.served).toEqual(['a']);
  });
});

describe('A line before a store in another process', () => {
  it('gives back what comes for somebody who has left', async () => {
    const line = await emptied(late);
    const fate = await line.come('a', { amount: 10 });
    line.clock.advance(10_000);
    if (fate.waiting) line.line.leave(fate.waiting, new Error('gone'));
    await line.settled();
    expect((await line.store.standing([METER]))[0]).toMatchObject({ outstanding: 0, level: 10 });
  });

  it('asks again for what nobody here can tell it of', async () => {
    const line = new TestLine(late);
    const fate = await line.come('all', { amount: 10 });
    await line.come('next', { amount: 5 });
    if (fate.lease) await line.store.settle(fate.lease, [0]);
    await line.pass(100);
    expect(line.served).toEqual(['all', 'next']);
  });

  it('tells whoever is next when the store fails, and goes on with the rest', async () => {
    const line = await emptied(late);
    const store = line.store as LateStore;
    const first = await line.come('first');
    await line.come('second', { amount: 2 });
    store.failure = new Error('away');
    line.clock.advance(1_000);
    await Promise.resolve();
    await Promise.resolve();
    store.failure = null;
    await line.settled();
    expect(first.error).toEqual(new Error('away'));
    await line.pass(2_000, 100);
    expect(line.served).toEqual(['second']);
  });
});
