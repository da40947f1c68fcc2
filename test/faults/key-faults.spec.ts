import { AuthenticationError } from '@anthropic-ai/sdk';
import { KeyUnavailableError, type ClaudeKeySource } from 'nestjs-claude';
import { Pending, ScriptedSource } from '../../libs/claude/src/keys/spec-support/scripted-source.js';
import { ManualClock } from '../../libs/claude/src/testing/clock/manual-clock.js';
import { bootClaude, eventually, PARAMS, rejection, type ClaudeHarness } from '../support/claude-harness.js';
import { WatchedClock } from '../support/watched-clock.js';
import { expectNothingHeld, fault, toldBy } from './support.js';

const OLD = 'sk-ant-old-key-0123456789';
const NEW = 'sk-ant-new-key-0123456789';

let harness: ClaudeHarness;
afterEach(() => expectNothingHeld(harness));

async function boot(apiKey: ClaudeKeySource, still?: ManualClock): Promise<void> {
  const clock = still === undefined ? {} : { clock: new WatchedClock(still) };
  harness = await bootClaude({ apiKey, rateLimit: false }, { apiKeys: [OLD, NEW] }, clock);
}

const create = (): Promise<unknown> => harness.claude.messages.create(PARAMS);
const usedKeys = (): (number | null)[] => harness.sim.requests.map(({ apiKeyIndex }) => apiKeyIndex);
const told = (): string[] => harness.keyEvents.map(({ type }) => type);

fault(29, 'a 401 is answered by one refresh and one retry on the rotated key, and the old one is marked', async () => {
  const source = new ScriptedSource(OLD);
  await boot(source);
  await create();
  source.answer = () => NEW;
  harness.sim.acceptKeys([NEW]);
  await create();
  expect(source.asked.map(({ forceRefresh }) => forceRefresh)).toEqual([false, true]);
  expect(usedKeys()).toEqual([0, null, 1]);
  const [before] = harness.records;
  const [refused, taken] = harness.record().attempts;
  expect(harness.record().outcome).toEqual({ kind: 'succeeded' });
  expect([refused, taken]).toMatchObject([{ status: 401, keyId: before?.attempts[0]?.keyId }, { status: 200 }]);
  expect(taken?.keyId).not.toBe(refused?.keyId);
  expect(harness.keys.snapshot()).toMatchObject([
    { state: 'live', keyId: taken?.keyId, refusedKeyIds: [refused?.keyId] },
  ]);
  expect(told()).toEqual(['loaded', 'rotated']);
});

fault(29, 'hundreds of calls refused at once share that refresh, also where attempts are not repeated', async () => {
  const source = new ScriptedSource(OLD);
  await boot(source);
  await create();
  const slow = new Pending<string>();
  source.answer = () => slow.promise;
  harness.sim.acceptKeys([NEW]);
  const calls = Promise.all(
    Array.from({ length: 100 }, () => harness.claude.messages.create(PARAMS, { maxRetries: 0 })),
  );
  await eventually(() => harness.sim.requests.length === 101, 'all were refused', 5_000);
  expect(harness.records).toHaveLength(1);
  slow.resolve(NEW);
  expect(await calls).toHaveLength(100);
  expect(source.asked).toHaveLength(2);
});

fault(
  30,
  'without a better key: one refresh, one alarm, no further request until the key may be tried again',
  async () => {
    const still = new ManualClock();
    const source = new ScriptedSource(OLD);
    await boot(source, still);
    harness.sim.acceptKeys([NEW]);
    const errors = await Promise.all(Array.from({ length: 50 }, () => rejection(create())));
    for (const error of errors) expect(error).toBeInstanceOf(AuthenticationError);
    expect(toldBy(errors[0] ?? new Error('none'), harness).failure.attempts).toHaveLength(1);
    for (let call = 0; call < 20; call += 1) {
      const refusal = await rejection(create());
      expect(refusal).toBeInstanceOf(KeyUnavailableError);
      expect(refusal).toMatchObject({ retryAfterMs: 5_000 });
    }
    expect(harness.sim.requests).toHaveLength(50);
    expect(source.asked).toHaveLength(2);
    expect(told()).toEqual(['loaded', 'refused']);
    expect(harness.keys.snapshot()).toMatchObject([{ state: 'refused', source: 'scripted' }]);
    // One call at a time finds out, ever more rarely.
    still.advance(5_000);
    expect(await rejection(create())).toBeInstanceOf(AuthenticationError);
    expect(await rejection(create())).toMatchObject({ code: 'key_unavailable', retryAfterMs: 10_000 });
    expect(harness.sim.requests).toHaveLength(51);
    expect(told()).toEqual(['loaded', 'refused']);
    harness.sim.acceptKeys([OLD]);
    still.advance(10_000);
    await create();
    await create();
    expect(told()).toEqual(['loaded', 'refused', 'accepted']);
    expect(harness.keys.snapshot()).toMatchObject([{ state: 'live', refusedKeyIds: [] }]);
  },
);

fault(30, 'a key put right at its source is found without a restart and without anybody telling', async () => {
  const still = new ManualClock();
  const source = new ScriptedSource(OLD);
  await boot(source, still);
  harness.sim.acceptKeys([NEW]);
  expect(await rejection(create())).toBeInstanceOf(AuthenticationError);
  source.answer = () => NEW;
  still.advance(4_000);
  expect(await rejection(create())).toBeInstanceOf(KeyUnavailableError);
  expect((await harness.keys.refresh())['default']).toBe(harness.keys.snapshot()[0]?.keyId);
  await create();
  expect(told()).toEqual(['loaded', 'refused', 'rotated']);
});

fault(
  31,
  'the last good key serves while the secret manager is down, which is asked again after five seconds',
  async () => {
    const still = new ManualClock();
    const source = new ScriptedSource({ value: OLD, expiresAt: still.wall() + 3_600_000 });
    await boot(source, still);
    await create();
    source.answer = () => Promise.reject(new Error(`cannot unseal ${NEW}`));
    still.advance(300_000);
    for (let call = 0; call < 10; call += 1) await create();
    expect(source.asked).toHaveLength(2);
    still.advance(5_000);
    await create();
    expect(source.asked).toHaveLength(3);
    expect(harness.keys.snapshot()).toMatchObject([{ state: 'last-good', lastFailure: { type: 'Error' } }]);
    expect(told()).toEqual(['loaded', 'refresh-failed', 'refresh-failed']);
    expect(JSON.stringify(harness.keyEvents)).not.toContain('unseal');
    source.answer = () => NEW;
    still.advance(5_000);
    await create();
    await eventually(() => told().includes('rotated'), 'the failure was forgotten');
    await create();
    expect(usedKeys().at(-1)).toBe(1);
    expect(harness.keys.snapshot()).toMatchObject([{ state: 'live', lastFailure: null }]);
  },
);

fault(32, 'a secret manager that hangs holds 500 calls for its own time-out, with one request', async () => {
  const still = new ManualClock();
  const source = new ScriptedSource(() => new Promise<string>(() => undefined));
  await boot(source, still);
  const calls = Array.from({ length: 500 }, () => rejection(create()));
  await eventually(() => harness.claude.activeCalls === 500, 'all wait', 5_000);
  await eventually(() => source.asked.length === 1, 'the source was asked');
  await new Promise((resolve) => setTimeout(resolve, 50));
  still.advance(10_000);
  for (const error of await Promise.all(calls)) {
    expect(error).toBeInstanceOf(KeyUnavailableError);
    expect(error.message).toContain('keyCache.timeoutMs');
  }
  expect(source.asked).toHaveLength(1);
  harness.sim.assertNotCalled();
  source.answer = () => OLD;
  still.advance(5_000);
  await create();
});
