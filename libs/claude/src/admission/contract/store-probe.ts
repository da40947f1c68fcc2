import assert from 'node:assert/strict';
import { isClaudeError } from '../../errors/claude-error.js';
import type { AcquireOptions, AdmissionStore, Denial, Lease, Observation } from '../admission-store.js';
import type { Claims, Meter, Standing } from '../meter.js';
import type { AdmissionStoreCase, AdmissionStoreHarness } from './contract-case.js';

/** A claim, written briefly. */
export type Ask = readonly [meter: Meter, amount: number];

export function claimsOf(...asks: readonly Ask[]): Claims {
  return { meters: asks.map(([meter]) => meter), amounts: asks.map(([, amount]) => amount) };
}

/** Longer than any case takes, in real time too. */
const LONG_MS = 600_000;

/** What flows back unasked while a case runs, and what numbers may lose on their way to a server. */
const TOLERANCE = 0.01;

/** Makes a case of what it does with a store. */
export function storeCase(name: string, run: (probe: StoreProbe) => Promise<void>): AdmissionStoreCase {
  return { name, run: (harness) => run(new StoreProbe(harness)) };
}

export function assertNear(actual: number, expected: number, what = 'level'): void {
  assertBetween(actual, expected - TOLERANCE, expected + TOLERANCE, what);
}

export function assertBetween(actual: number, min: number, max: number, what = 'level'): void {
  assert.ok(actual >= min && actual <= max, `${what} must be from ${min} to ${max}, it is ${actual}`);
}

/** A store, asked in few words; what it answers is checked for what every answer must be. */
export class StoreProbe {
  constructor(private readonly harness: AdmissionStoreHarness) {}

  get store(): AdmissionStore {
    return this.harness.store;
  }

  async ask(asks: readonly Ask[], options: Partial<AcquireOptions> = {}): Promise<Lease | Denial> {
    return this.harness.store.acquire(claimsOf(...asks), { leaseMs: LONG_MS, ...options });
  }

  async grant(asks: readonly Ask[], options: Partial<AcquireOptions> = {}): Promise<Lease> {
    const answer = await this.ask(asks, options);
    assert.ok(answer.granted, 'the claims must be granted');
    assert.deepEqual(answer.claims, claimsOf(...asks));
    return answer;
  }

  async deny(asks: readonly Ask[], reason: Denial['reason'], meter: Meter): Promise<Denial> {
    const answer = await this.ask(asks);
    assert.ok(!answer.granted, 'the claims must not be granted');
    assert.equal(answer.reason, reason);
    assert.equal(answer.meter.key, meter.key);
    assert.deepEqual(
      answer.standings.map((standing) => standing.meter.key),
      asks.map(([asked]) => asked.key),
    );
    return answer;
  }

  async settle(lease: Lease, ...used: readonly (number | null)[]): Promise<void> {
    await this.harness.store.settle(lease, used);
  }

  async renew(leases: Iterable<Lease>, leaseMs: number): Promise<void> {
    await this.harness.store.renew(leases, leaseMs);
  }

  async observe(observation: Observation, since?: Lease): Promise<void> {
    await this.harness.store.observe([observation], since);
  }

  async observeAll(observations: readonly Observation[]): Promise<void> {
    await this.harness.store.observe(observations);
  }

  async standings(...meters: readonly Meter[]): Promise<readonly Standing[]> {
    return this.harness.store.standing(meters);
  }

  async standing(meter: Meter): Promise<Standing> {
    const [standing] = await this.standings(meter);
    assert.ok(standing !== undefined, 'there must be a standing for each meter');
    return standing;
  }

  async expect(meter: Meter, expected: Partial<Pick<Standing, 'limit' | 'level' | 'outstanding'>>): Promise<void> {
    const { limit, level, outstanding } = await this.standing(meter);
    if (expected.limit !== undefined) assertNear(limit, expected.limit, `limit of ${meter.label}`);
    if (expected.level !== undefined) assertNear(level, expected.level, `level of ${meter.label}`);
    if (expected.outstanding !== undefined) {
      assertNear(outstanding, expected.outstanding, `outstanding of ${meter.label}`);
    }
  }

  async advance(ms: number): Promise<void> {
    await this.harness.advance(ms);
  }

  /** Whatever is wrong with what the store is given, it says so with an `InvalidOptionsError`, at once or later. */
  async refuses(action: () => unknown): Promise<void> {
    await assert.rejects(
      async () => action(),
      (error) => isClaudeError(error, 'invalid_options'),
    );
  }
}
