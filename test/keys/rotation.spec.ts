import { setTimeout as wait } from 'node:timers/promises';
import { AuthenticationError, type ClientOptions } from '@anthropic-ai/sdk';
import type { ClaudeModuleOptions, KeySupplier } from 'nestjs-claude';
import { ScriptedSource } from '../../libs/claude/src/keys/spec-support/scripted-source.js';
import {
  bootClaude,
  eventually,
  FAST_RETRY,
  PARAMS,
  rejection,
  type ClaudeHarness,
} from '../support/claude-harness.js';

const keyNumber = (number: number): string => `sk-ant-rotated-${number}-0123456789`;
type AccessTokenProvider = NonNullable<ClientOptions['credentials']>;

const KEYS = [0, 1, 2, 3].map(keyNumber);

function boot(apiKey: ClaudeModuleOptions['apiKey'], latencyMs = 0): Promise<ClaudeHarness> {
  const options = { apiKey, rateLimit: false, circuit: false, retry: { ...FAST_RETRY, budget: false } } as const;
  return bootClaude(options, { apiKeys: KEYS, latency: { jsonMs: latencyMs, perEventMs: latencyMs } });
}

describe('a key that rotates under load', () => {
  it('lets no 401 reach any of a thousand calls, and no call use a key after its grace period', async () => {
    const source = new ScriptedSource(keyNumber(0));
    const { claude, sim, records, keys, keyEvents } = await boot(source, 3_000);
    sim.acceptKeys([keyNumber(0)]);
    const worker = async (_: unknown, index: number): Promise<void> => {
      // All at once would be more connections than a server lets wait.
      await wait(index * 2);
      await claude.messages.create(PARAMS);
    };
    const workers = Promise.all(Array.from({ length: 1_000 }, worker));
    await eventually(() => claude.activeCalls > 900, 'most are in flight', 10_000);
    const later: Promise<unknown>[] = [];
    for (const number of [1, 2, 3]) {
      sim.acceptKeys([keyNumber(number - 1), keyNumber(number)]);
      source.answer = () => keyNumber(number);
      for (const changed of source.watchers) changed();
      await eventually(() => keyEvents.length > number, 'the new key was read', 5_000);
      later.push(...Array.from({ length: 20 }, () => claude.messages.create(PARAMS)));
      // The grace period, in which both are good.
      await wait(500);
      sim.acceptKeys([keyNumber(number)]);
    }
    await Promise.all([workers, ...later]);
    expect(new Set(records.map(({ outcome }) => outcome.kind))).toEqual(new Set(['succeeded']));
    expect(records).toHaveLength(1_000 + 3 * 20);
    expect(keyEvents.map(({ type }) => type)).toEqual(['loaded', 'rotated', 'rotated', 'rotated']);
    const begun = records.flatMap(({ startedAtMs, attempts }) =>
      attempts.map(({ startedAfterMs, keyId }) => ({ atMs: startedAtMs + startedAfterMs, keyId })),
    );
    for (const { type, atMs, ...event } of keyEvents) {
      if (type !== 'rotated' || !('previousKeyId' in event)) continue;
      const { previousKeyId } = event;
      // The wall clock tells whole milliseconds.
      expect(begun.filter((attempt) => attempt.atMs > atMs + 2 && attempt.keyId === previousKeyId)).toEqual([]);
    }
    expect(keys.snapshot()).toMatchObject([{ state: 'live' }]);
  }, 60_000);

  it('without any grace lets no 401 reach a caller either', async () => {
    const source = new ScriptedSource(keyNumber(0));
    const { claude, sim, records } = await boot(source, 2);
    for (const number of [0, 1, 2, 3]) {
      source.answer = () => keyNumber(number);
      sim.acceptKeys([keyNumber(number)]);
      await Promise.all(Array.from({ length: 300 }, () => claude.messages.create(PARAMS)));
    }
    expect(new Set(records.map(({ outcome }) => outcome.kind))).toEqual(new Set(['succeeded']));
    // The first fetch, and one for each key that was refused, however many calls met it.
    expect(source.asked).toHaveLength(4);
  }, 60_000);

  it('lets a running stream finish on the key it began with', async () => {
    const source = new ScriptedSource(keyNumber(0));
    const { claude, sim, keys, record } = await boot(source, 10);
    const stream = claude.messages.stream(PARAMS);
    await new Promise((resolve) => void stream.once('text', resolve));
    source.answer = () => keyNumber(1);
    await keys.refresh();
    sim.acceptKeys([keyNumber(1)]);
    await claude.messages.create(PARAMS);
    expect((await stream.finalMessage()).stop_reason).toBe('end_turn');
    expect(sim.requests.map(({ apiKeyIndex }) => apiKeyIndex)).toEqual([0, 1]);
    expect(record().outcome.kind).toBe('succeeded');
  });
});

describe('a key function', () => {
  it('is told to ask anew after a 401, and its other key is tried at once', async () => {
    const asked: unknown[] = [];
    const supplier: KeySupplier = (request) => {
      asked.push(request?.forceRefresh ?? false);
      return asked.includes(true) ? keyNumber(1) : keyNumber(0);
    };
    const { claude, sim, record } = await boot(supplier);
    sim.acceptKeys([keyNumber(1)]);
    await claude.messages.create(PARAMS);
    expect(asked).toEqual([false, true, false]);
    expect(record().attempts).toMatchObject([{ status: 401 }, { status: 200 }]);
  });
});

describe("the SDK's own credentials", () => {
  const tokens = (): { readonly provider: AccessTokenProvider; readonly asked: unknown[] } => {
    const asked: unknown[] = [];
    const provider: AccessTokenProvider = (options) => {
      asked.push(options?.forceRefresh ?? false);
      return Promise.resolve({ token: keyNumber(asked.length - 1), expiresAt: null });
    };
    return { provider, asked };
  };

  it.each([
    ['a JSON answer', false],
    ['a stream', true],
  ])('are fetched anew once after a 401, also without retries: %s', async (_, streamed) => {
    const { provider, asked } = tokens();
    const harness = await bootClaude(
      { apiKey: undefined, client: { credentials: provider }, rateLimit: false },
      { apiKeys: KEYS },
    );
    harness.sim.acceptKeys([keyNumber(1)]);
    const call = (): Promise<unknown> =>
      streamed
        ? harness.claude.messages.stream(PARAMS, { maxRetries: 0 }).finalMessage()
        : harness.claude.messages.create(PARAMS, { maxRetries: 0 });
    await call();
    await call();
    expect(asked).toEqual([false, true]);
    expect(harness.sim.requests.map(({ apiKeyIndex }) => apiKeyIndex)).toEqual([null, 1, 1]);
    expect(harness.records.map(({ attempts }) => attempts.length)).toEqual([2, 1]);
    expect(harness.record().attempts[0]?.keyId).toBeNull();
    expect(harness.keys.snapshot()).toEqual([]);
  });

  it('are fetched once for all that were refused together, and only once a call', async () => {
    const { provider, asked } = tokens();
    const harness = await bootClaude(
      { apiKey: undefined, client: { credentials: provider }, rateLimit: false },
      { apiKeys: KEYS, latency: { jsonMs: 5 } },
    );
    const create = (): Promise<unknown> => harness.claude.messages.create(PARAMS);
    await create();
    harness.sim.acceptKeys([keyNumber(1)]);
    await Promise.all(Array.from({ length: 100 }, create));
    expect(asked).toEqual([false, true]);
    harness.sim.acceptKeys(['another']);
    expect(await rejection(create())).toBeInstanceOf(AuthenticationError);
    expect(asked).toHaveLength(3);
  });

  it('never take the place of an authorization that the caller set', async () => {
    const { provider, asked } = tokens();
    const harness = await bootClaude({ apiKey: undefined, client: { credentials: provider } }, { apiKeys: KEYS });
    const headers = { authorization: 'Bearer somebody-elses' };
    expect(await rejection(harness.claude.messages.create(PARAMS, { headers }))).toBeInstanceOf(AuthenticationError);
    expect(harness.sim.requests).toHaveLength(1);
    expect(asked.filter(Boolean)).toEqual([]);
  });
});
