import { AwaitedLease } from '../admission/awaited-lease.js';
import { MemoryAdmissionStore } from '../admission/memory-store.js';
import type { Waiting } from '../admission/waiting.js';
import { ManualClock } from '../testing/clock/manual-clock.js';
import { LimitDomain } from './limit-domain.js';
import { DIMENSION, type LimitPool } from './limit-pool.js';
import type { RateLimitOptions } from './rate-limit.options.js';
import { mergeLimits, resolveRateLimits } from './resolve-rate-limits.js';

const SLOW = { requestsPerMinute: 60, burst: { requests: 1 }, tokensPerMinute: 1_000_000 };
const NO_TOKENS = { inputTokens: 0, outputTokens: 0 };

/** A domain that has room for so many pools. */
class Domain {
  readonly clock = new ManualClock();
  readonly store = new MemoryAdmissionStore(this.clock);
  readonly settings;
  readonly domain: LimitDomain;
  #arrivals = 0;

  constructor(maxPools: number, options: RateLimitOptions = SLOW) {
    this.settings = resolveRateLimits(options);
    this.domain = new LimitDomain('default', this.settings, this.store, this.clock, maxPools);
  }

  names(): string[] {
    return this.domain.pools.map(({ name }) => name);
  }

  take(pool: LimitPool): void {
    this.store.acquire(pool.claims(NO_TOKENS), { leaseMs: 1e9, force: true });
  }

  /** Somebody waits before a pool. */
  join(pool: LimitPool, rank: 0 | 1 | 2 = 1): Waiting {
    this.#arrivals += 1;
    const place = { arrival: this.#arrivals, sinceMs: this.clock.now() };
    return pool.line.join(
      { claims: pool.claims(NO_TOKENS), rank, tenant: '', maxWaitMs: 1e9, places: null, ...place },
      new AwaitedLease(),
      null,
    );
  }
}

describe('LimitDomain', () => {
  it('has one pool for all models that share a limit, and one for each group of other operations', () => {
    const { domain } = new Domain(10);
    expect(domain.poolOfModel('claude-opus-4-6', false)).toBe(domain.poolOfModel('claude-opus-4-8', false));
    expect(domain.poolOfModel('claude-opus-4-6', true)).not.toBe(domain.poolOfModel('claude-opus-4-6', false));
    expect(domain.poolOfGroup('batch')).toBe(domain.poolOfGroup('batch'));
    expect(domain.poolOfGroup('batch').countsTokens).toBe(false);
  });

  it('forgets the oldest pool nobody waits for where there is no room', () => {
    const it = new Domain(2);
    for (const name of ['a', 'b', 'c']) it.domain.pool(name);
    expect(it.names()).toEqual(['b', 'c']);
    it.join(it.domain.pool('b'));
    it.domain.pool('d');
    expect(it.names()).toEqual(['b', 'd']);
  });

  it('has one pool for all who come while somebody waits for every other', () => {
    const it = new Domain(2);
    for (const name of ['a', 'b']) it.join(it.domain.pool(name));
    const shared = it.domain.pool('c');
    expect(it.domain.pool('d')).toBe(shared);
    expect(it.names()).toEqual(['a', 'b', '*']);
  });

  it('does not go on with a pool it has forgotten', () => {
    const it = new Domain(1);
    const first = it.domain.poolOfModel('a', false);
    it.domain.poolOfModel('b', false);
    expect(it.domain.poolOfModel('a', false)).not.toBe(first);
    expect(it.names()).toEqual(['a']);
  });

  it('knows what is left of a pool it had forgotten, and what was set for it', async () => {
    const it = new Domain(1);
    it.take(it.domain.pool('a'));
    const limits = mergeLimits({ requestsPerMinute: 600, burst: { requests: 5 } }, it.settings);
    it.domain.setLimits('a', limits);
    it.domain.pool('b');
    const standings = await it.domain.pool('a').standing();
    expect(standings[DIMENSION.requests]).toMatchObject({ limit: 600, burst: 5 });
    expect(standings[DIMENSION.slots]).toMatchObject({ outstanding: 1 });
  });

  it('gives a place that is free to whose turn it is, whatever the pool', () => {
    const it = new Domain(10, { requestsPerMinute: 60_000, tokensPerMinute: 1_000_000, maxConcurrent: 1 });
    const { domain, store } = it;
    const [a, b] = [domain.pool('a'), domain.pool('b')];
    const lease = store.acquire(a.claims(NO_TOKENS), { leaseMs: 1e9 });
    const waiting = [it.join(a, 2), it.join(b, 0)];
    if (lease.granted) store.settle(lease, a.used(NO_TOKENS));
    domain.wake(a);
    expect(waiting.map(({ isWaiting }) => isWaiting)).toEqual([true, false]);
  });

  it('wakes nobody of another pool where places have no end', async () => {
    const it = new Domain(10);
    const { domain } = it;
    const [a, b] = [domain.pool('a'), domain.pool('b')];
    const waiting = [it.join(a), it.join(b)];
    domain.wake(a);
    await Promise.resolve();
    expect(waiting.map(({ isWaiting }) => isWaiting)).toEqual([false, true]);
  });
});
