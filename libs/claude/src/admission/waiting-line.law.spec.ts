import fc from 'fast-check';
import type { AdmissionStore } from './admission-store.js';
import type { Claims } from './meter.js';
import { METER, TestLine } from './spec-support/line.js';
import { isPending } from './turnstile.js';

const AGING_MS = 10_000;
/** One unit flows back in a second. */
const UNIT_MS = 1_000;
/** As much as can be had at once. */
const BURST = 10;

interface Comer {
  readonly afterMs: number;
  readonly amount: number;
  readonly rank: 0 | 1 | 2;
}

interface Waiter extends Comer {
  readonly claims: Claims;
  readonly cameAtMs: number;
}

/** When the store granted which claims, in order. All is used as claimed, and settled at once. */
class Grants {
  readonly atMs = new Map<Claims, number>();

  constructor(private readonly nowMs: () => number) {}

  /** The same store, whose grants are noted. */
  of(store: AdmissionStore): AdmissionStore {
    return {
      acquire: (claims, options) => {
        const answer = store.acquire(claims, options);
        if (isPending(answer) || !answer.granted) return answer;
        this.atMs.set(claims, this.nowMs());
        void store.settle(answer, claims.amounts);
        return answer;
      },
      settle: (lease, used) => store.settle(lease, used),
      renew: (leases, leaseMs) => store.renew(leases, leaseMs),
      observe: (observations, since) => store.observe(observations, since),
      standing: (meters) => store.standing(meters),
      keep: (key, note, forMs) => store.keep(key, note, forMs),
      take: (key) => store.take(key),
    };
  }
}

/** Lets callers come to a line whose units are all taken, and tells when each was let through. */
async function live(
  comers: readonly Comer[],
): Promise<{ readonly waiters: readonly Waiter[]; readonly grants: Grants }> {
  const grants = new Grants(() => line.clock.now());
  const line: TestLine = new TestLine((store) => grants.of(store), { agingMs: AGING_MS });
  await line.come('all', { amount: BURST });
  const waiters: Waiter[] = [];
  for (const comer of comers) {
    await line.pass(comer.afterMs);
    const claims = { meters: [METER], amounts: [comer.amount] };
    waiters.push({ ...comer, claims, cameAtMs: line.clock.now() });
    await line.come('somebody', { claims, rank: comer.rank, maxWaitMs: 1e9 });
  }
  await line.pass(UNIT_MS * BURST * (comers.length + 1));
  return { waiters, grants };
}

const comer: fc.Arbitrary<Comer> = fc.record({
  afterMs: fc.oneof(fc.constant(0), fc.nat(3_000), fc.constantFrom(AGING_MS, AGING_MS - 1)),
  amount: fc.oneof(fc.integer({ min: 1, max: 10 }), fc.constantFrom(0.5, 10)),
  rank: fc.constantFrom(0, 1, 2),
});

describe('a line, whoever comes when and asks for what', () => {
  it('wastes nothing that flows while somebody waits, and lets nobody through before one who came two aging times earlier', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(comer, { minLength: 1, maxLength: 25, size: 'max' }), async (comers) => {
        const { waiters, grants } = await live(comers);
        const served = [...grants.atMs.keys()].flatMap((claims) => waiters.filter((each) => each.claims === claims));
        expect(served).toHaveLength(waiters.length);
        for (const waiter of waiters) {
          const before = served.slice(0, served.indexOf(waiter));
          const since = before.filter(({ claims }) => (grants.atMs.get(claims) ?? 0) >= waiter.cameAtMs);
          // What one who was overtaken by age had waited for is there for whoever comes next.
          const units = since.reduce((sum, { amount }) => sum + amount, waiter.amount + BURST);
          const waitedMs = (grants.atMs.get(waiter.claims) ?? NaN) - waiter.cameAtMs;
          // Each answer of the store rounds a wait up to a millisecond.
          expect(waitedMs).toBeLessThanOrEqual(units * UNIT_MS + since.length + 1);
          for (const { cameAtMs } of since) expect(cameAtMs - waiter.cameAtMs).toBeLessThanOrEqual(2 * AGING_MS);
        }
      }),
      { numRuns: 60 },
    );
  });
});
