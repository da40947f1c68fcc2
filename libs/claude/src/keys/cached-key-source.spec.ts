import { inspect } from 'node:util';
import { KeyUnavailableError } from '../errors/errors.js';
import { ManualClock } from '../testing/clock/manual-clock.js';
import { CachedKeySource } from './cached-key-source.js';
import { KEY_CACHE_DEFAULTS } from './key-cache.options.js';
import type { KeyFailure } from './key.events.js';
import { LiveKey } from './live-key.js';
import { Pending, ScriptedSource, settled } from './spec-support/scripted-source.js';

const MINUTE = 60_000;

let clock: ManualClock;
let failures: KeyFailure[];
let changes: (readonly [string, string | null])[];
beforeEach(() => {
  clock = new ManualClock();
  failures = [];
  changes = [];
});

function cacheOf(source: ScriptedSource, settings = {}): CachedKeySource {
  return new CachedKeySource(source, { ...KEY_CACHE_DEFAULTS, ...settings }, clock, {
    changed: (key, previous) => changes.push([key.value, previous?.value ?? null]),
    failed: (failure) => failures.push(failure),
  });
}

async function valueOf(cache: CachedKeySource): Promise<string> {
  return (await cache.take()).value;
}

async function failureOf(taken: LiveKey | Promise<LiveKey>): Promise<KeyUnavailableError> {
  const error: unknown = await Promise.resolve(taken).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof KeyUnavailableError) return error;
  throw new Error('It did not fail as it must.', { cause: error });
}

describe('a cached key source', () => {
  it('hands out a key at hand without a promise, and asks once', async () => {
    const source = new ScriptedSource('key-1');
    const cache = cacheOf(source);
    expect(await valueOf(cache)).toBe('key-1');
    expect(cache.take()).toBeInstanceOf(LiveKey);
    expect(source.asked).toHaveLength(1);
    expect(changes).toEqual([['key-1', null]]);
  });

  it('shares one fetch among all who wait', async () => {
    const answer = new Pending<string>();
    const source = new ScriptedSource(() => answer.promise);
    const cache = cacheOf(source);
    const waiters = Array.from({ length: 500 }, () => valueOf(cache));
    await settled();
    answer.resolve('key-1');
    expect(new Set(await Promise.all(waiters))).toEqual(new Set(['key-1']));
    expect(source.asked).toHaveLength(1);
    expect(clock.pendingTimers).toBe(0);
  });

  it('fetches an old key anew in the background, and takes what is new', async () => {
    const source = new ScriptedSource('key-1');
    const cache = cacheOf(source);
    await cache.take();
    source.answer = () => 'key-2';
    clock.advance(5 * MINUTE - 1);
    expect(await valueOf(cache)).toBe('key-1');
    expect(source.asked).toHaveLength(1);
    clock.advance(1);
    expect(await valueOf(cache)).toBe('key-1');
    expect(await valueOf(cache)).toBe('key-1');
    await settled();
    expect(source.asked).toHaveLength(2);
    expect(await valueOf(cache)).toBe('key-2');
    expect(changes).toEqual([
      ['key-1', null],
      ['key-2', 'key-1'],
    ]);
  });

  it('refreshes a key that ends two minutes before, and lets calls wait half a minute before', async () => {
    const leases = [10, 20, 30].map((minutes) => ({
      value: `until-${minutes}`,
      expiresAt: clock.wall() + minutes * MINUTE,
    }));
    const source = new ScriptedSource(() => leases.shift() ?? 'none');
    const cache = cacheOf(source, { refreshMs: 60 * MINUTE });
    await cache.take();
    clock.advance(8 * MINUTE - 1);
    expect(cache.take()).toMatchObject({ value: 'until-10' });
    expect(source.asked).toHaveLength(1);
    clock.advance(1);
    expect(cache.take()).toMatchObject({ value: 'until-10' });
    await settled();
    expect(cache.take()).toMatchObject({ value: 'until-20' });
    clock.advance(11.5 * MINUTE);
    const waited = cache.take();
    expect(waited).toBeInstanceOf(Promise);
    expect(await waited).toMatchObject({ value: 'until-30' });
  });

  it('serves the last good key while its source fails, leaves it alone for five seconds, and no longer than the key lasts', async () => {
    const source = new ScriptedSource({ value: 'key-1', expiresAt: clock.wall() + 10 * MINUTE });
    const cache = cacheOf(source);
    await cache.take();
    source.answer = () => Promise.reject(new Error('sealed: sk-ant-inside'));
    clock.advance(9.75 * MINUTE);
    for (let call = 0; call < 3; call += 1) expect(await valueOf(cache)).toBe('key-1');
    expect(source.asked).toHaveLength(2);
    clock.advance(5_000);
    expect(await valueOf(cache)).toBe('key-1');
    expect(source.asked).toHaveLength(3);
    clock.advance(10_000);
    const error = await failureOf(cache.take());
    expect(error.message).toMatch(/key source 'scripted' failed with Error/);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('sk-ant-inside');
    expect(failures).toEqual(Array.from({ length: 3 }, () => ({ kind: 'unexpected', type: 'Error', code: null })));
  });

  it('bounds the age of a last good key that says nothing of its end', async () => {
    const source = new ScriptedSource('key-1');
    const cache = cacheOf(source, { maxAgeMs: 20 * MINUTE });
    await cache.take();
    source.answer = () => Promise.reject(new Error('down'));
    clock.advance(20 * MINUTE - 1);
    expect(await valueOf(cache)).toBe('key-1');
    await settled();
    clock.advance(1);
    expect((await failureOf(cache.take())).retryAfterMs).toBe(4_999);
    expect(source.asked).toHaveLength(2);
  });

  it('never remembers a failure beyond the pause', async () => {
    const source = new ScriptedSource(() => Promise.reject(new Error('down')));
    const cache = cacheOf(source);
    await failureOf(cache.take());
    expect((await failureOf(cache.take())).retryAfterMs).toBe(5_000);
    expect(source.asked).toHaveLength(1);
    source.answer = () => 'key-1';
    clock.advance(5_000);
    expect(await valueOf(cache)).toBe('key-1');
    expect(cache.lastFailure).toBeNull();
  });

  it('gives a source that hangs ten seconds, and tells it', async () => {
    const source = new ScriptedSource(() => new Promise<string>(() => undefined));
    const cache = cacheOf(source);
    const waiters = Array.from({ length: 500 }, () => failureOf(cache.take()));
    await settled();
    clock.advance(9_999);
    expect(source.asked[0]?.signal?.aborted).toBe(false);
    clock.advance(1);
    for (const error of await Promise.all(waiters)) expect(error.message).toMatch(/10000 ms.*`keyCache.timeoutMs`/);
    expect(source.asked).toHaveLength(1);
    expect(source.asked[0]?.signal?.aborted).toBe(true);
    expect(clock.pendingTimers).toBe(0);
  });

  it('asks the source itself when it must, not sharing a fetch that may bring what was refused', async () => {
    const slow = new Pending<string>();
    const source = new ScriptedSource(({ forceRefresh }) => (forceRefresh === true ? 'key-2' : slow.promise));
    const cache = cacheOf(source);
    const first = cache.take();
    await settled();
    expect((await cache.renew()).value).toBe('key-2');
    slow.resolve('key-1');
    expect((await first).value).toBe('key-2');
    expect(await valueOf(cache)).toBe('key-2');
    expect(source.asked.map(({ forceRefresh }) => forceRefresh)).toEqual([false, true]);
  });

  it('reads again what changes, also while it is reading', async () => {
    const source = new ScriptedSource('key-1');
    const cache = cacheOf(source);
    await cache.take();
    const slow = new Pending<string>();
    source.answer = () => slow.promise;
    const [changed = (): void => undefined] = source.watchers;
    changed();
    await settled();
    changed();
    source.answer = () => 'key-3';
    slow.resolve('key-2');
    await settled();
    expect(cache.take()).toMatchObject({ value: 'key-3' });
    expect(source.asked).toHaveLength(3);
  });

  it.each([
    ['', 'is an empty string'],
    [' \n', 'is an empty string'],
    ['sk-ant-1\nsk-ant-2', 'has more than one line'],
    ['sk-ant-\u00e4', 'holds white space or characters'],
    ['<your key>', 'looks like a placeholder'],
    [{ value: 7 } as never, 'is number, not a string'],
    [null as never, 'is null, not a string'],
  ])('refuses %j, and keeps the last good key', async (given, problem) => {
    const source = new ScriptedSource('key-1');
    const cache = cacheOf(source);
    await cache.take();
    source.answer = () => given;
    const error = await failureOf(cache.renew());
    expect(error.message).toContain(problem);
    expect(error.message).not.toContain('sk-ant');
    expect(await valueOf(cache)).toBe('key-1');
  });

  it('calls a key by what its source calls it, unless that shows the key', async () => {
    const cache = cacheOf(new ScriptedSource({ value: 'sk-ant-secret', id: 'version-7' }));
    expect((await cache.take()).id).toBe('version-7');
    const telling = cacheOf(new ScriptedSource({ value: 'sk-ant-secret', id: 'is-sk-ant-secret' }));
    expect((await telling.take()).id).toMatch(/^[0-9a-f]{8}$/);
    expect(inspect(cache, { depth: 9, showHidden: true }) + JSON.stringify(cache)).not.toContain('sk-ant-secret');
  });

  it('lets go of everything when it is closed', async () => {
    const source = new ScriptedSource(() => new Promise<string>(() => undefined));
    const cache = cacheOf(source);
    const waiting = failureOf(cache.take());
    await settled();
    await cache.close();
    await waiting;
    expect([source.closed, source.watchers.length, clock.pendingTimers]).toEqual([true, 0, 0]);
  });
});
