import fc from 'fast-check';
import { STRATEGY_NAMES, type StrategyName } from '../call/context.js';
import { PoolEndpoint } from './pool-endpoint.js';
import { BalancerWorld, MODEL, type WorldFault } from './spec-support/balancer-world.js';

jest.setTimeout(60_000);

const LOAD_FACTOR = 1.25;
const CIRCUIT = { consecutiveFailures: 3, baseOpenMs: 1_000, maxOpenMs: 10_000 };
/** A circuit is open for no longer, its spread included. */
const LONGEST_OPEN_MS = 1.2 * CIRCUIT.maxOpenMs;

function endpointsOf(weights: readonly number[]): { name: string; weight: number; limitDomain: string }[] {
  return weights.map((weight, index) => ({ name: `e${index}`, weight, limitDomain: `org-${index}` }));
}

/** What must hold whenever a call begins. */
class Laws {
  constructor(private readonly world: BalancerWorld) {}

  async begin(strategy: StrategyName, conversation: string): Promise<void> {
    const { world } = this;
    const { open } = world;
    this.#ejects(open);
    const candidates = open.filter((each) => world.test.pool.obstacle(each, MODEL) === null);
    const loads = new Map(candidates.map((each) => [each, each.inFlight]));
    const went = await world.begin({ strategy, conversation });
    if (open.length === 0) {
      // Only where nothing can take it there is an error, and nothing is bumped into on the way to it.
      expect(went).toMatchObject({ code: 'no_endpoint' });
      return;
    }
    expect(went).toBeInstanceOf(PoolEndpoint);
    expect(candidates).toContain(went);
    if (strategy === 'sticky') this.#isBounded(loads, went as PoolEndpoint);
  }

  /** What was refused once or twice takes out half at the most, and nothing takes out the last. */
  #ejects(open: readonly PoolEndpoint[]): void {
    const { world } = this;
    const out = open.filter((each) => world.test.pool.obstacle(each, MODEL) === 'model');
    const onThin = out.filter((each) => world.doubt(each) !== 'firm');
    expect(onThin.length).toBeLessThanOrEqual(open.length / 2);
    if (open.length > 0) expect(out.length).toBeLessThan(open.length);
    for (const each of out) expect(world.doubt(each)).not.toBe('none');
  }

  #isBounded(loads: ReadonlyMap<PoolEndpoint, number>, went: PoolEndpoint): void {
    let [inFlight, weights] = [1, 0];
    for (const [{ weight }, load] of loads) {
      inFlight += load;
      weights += weight;
    }
    const most = Math.ceil((LOAD_FACTOR * inFlight * went.weight) / weights);
    expect((loads.get(went) ?? 0) + 1).toBeLessThanOrEqual(most);
  }
}

type Step = (world: BalancerWorld, laws: Laws) => void | Promise<void>;

const strategy = fc.constantFrom(...STRATEGY_NAMES);
const where = fc.nat(5);
const fault = fc.constantFrom<WorldFault | null>('unreachable', 401, 403, 403, 500, 529, null, null);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(strategy, fc.nat(20)).map(
      ([chosen, id]): Step =>
        (_, laws) =>
          laws.begin(chosen, `c${id}`),
    ),
  },
  {
    weight: 4,
    arbitrary: fc.nat(50).map(
      (which): Step =>
        (world) =>
          world.end(which),
    ),
  },
  {
    // Calls one after another: what opens circuits, and closes them.
    weight: 6,
    arbitrary: fc
      .tuple(strategy, fc.integer({ min: 1, max: 8 }))
      .map(([chosen, calls]): Step => async (world, laws) => {
        for (let made = 0; made < calls; made += 1) {
          const before = world.underWay.length;
          await laws.begin(chosen, `c${made}`);
          if (world.underWay.length > before) await world.end();
        }
      }),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(where, fault).map(
      ([index, kind]): Step =>
        (world) =>
          world.fault(index, kind),
    ),
  },
  {
    weight: 1,
    arbitrary: where.map(
      (index): Step =>
        (world) =>
          world.drain(index),
    ),
  },
  {
    weight: 1,
    arbitrary: where.map(
      (index): Step =>
        (world) =>
          world.restore(index),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(1, 100, 1_000, 6_000, 20_000).map(
      (ms): Step =>
        (world) =>
          world.advance(ms),
    ),
  },
);

const weights = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 2, maxLength: 5 });
const seed = fc.integer();

/** Makes so many calls in turn, one each 500 ms. */
async function inTurn(world: BalancerWorld, calls: number): Promise<readonly number[]> {
  const before = world.endpoints.map(({ attempts }) => attempts);
  for (let made = 0; made < calls; made += 1) {
    world.advance(500);
    await world.begin({ strategy: 'round-robin' });
    await world.end();
  }
  return world.endpoints.map(({ attempts }, index) => attempts - (before[index] ?? 0));
}

describe('A pool, whatever happens to its endpoints', () => {
  it('sends calls only where they may go, ejects nobody without cause, and bounds what is sticky', async () => {
    await fc.assert(
      fc.asyncProperty(weights, seed, fc.array(step, { maxLength: 60, size: 'max' }), async (given, drawn, steps) => {
        const world = new BalancerWorld({ endpoints: endpointsOf(given), circuit: CIRCUIT }, drawn);
        const laws = new Laws(world);
        for (const take of steps) await take(world, laws);
        while (world.underWay.length > 0) await world.end();
        expect(world.endpoints.map(({ inFlight }) => inFlight)).toEqual(given.map(() => 0));
        // All are well again, and what they were left alone for is over: each has its share.
        given.forEach((_, index) => {
          world.fault(index, null);
          world.endpoints[index]?.restore();
        });
        world.advance(LONGEST_OPEN_MS);
        await inTurn(world, 3 * given.length);
        expect(await inTurn(world, 5 * given.length)).toEqual(given.map(() => 5));
      }),
      { numRuns: 100 },
    );
  });

  it.each<WorldFault>(['unreachable', 500, 529])(
    'gives an endpoint that fails with %s its share again in the longest time a circuit is open, and two calls',
    async (kind) => {
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 2, max: 5 }), seed, fc.nat(200), async (count, drawn, failedCalls) => {
          const endpoints = endpointsOf(Array.from({ length: count }, () => 1));
          const world = new BalancerWorld({ endpoints, circuit: CIRCUIT }, drawn);
          world.fault(0, kind);
          await inTurn(world, failedCalls);
          world.fault(0, null);
          world.advance(LONGEST_OPEN_MS);
          await inTurn(world, 3 * count);
          expect(await inTurn(world, 4 * count)).toEqual(endpoints.map(() => 4));
        }),
        { numRuns: 30 },
      );
    },
  );

  it.each(['drained', 'isolated', 'without its key'] as const)(
    'moves only the conversations of one that is %s, no more than its share, and they return with it',
    async (how) => {
      const CONVERSATIONS = 400;
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 2, max: 6 }),
          fc.nat(5),
          seed,
          fc.string(),
          async (count, gone, drawn, salt) => {
            const endpoints = endpointsOf(Array.from({ length: count }, () => 1));
            const world = new BalancerWorld({ endpoints, routing: { strategy: 'sticky' } }, drawn);
            const places = async (): Promise<string[]> => {
              const names: string[] = [];
              for (let id = 0; id < CONVERSATIONS; id += 1) {
                const went = await world.begin({ conversation: `${salt} ${id}` });
                if (!(went instanceof PoolEndpoint)) throw went;
                await world.end();
                names.push(went.name);
              }
              return names;
            };
            const { name } = world.at(gone);
            const before = await places();
            if (how === 'drained') world.drain(gone);
            if (how === 'isolated') world.test.circuits.rollUp(name).isolate();
            if (how === 'without its key') {
              world.fault(gone, 401);
              await world.begin({ endpoint: name });
              await world.end();
            }
            const after = await places();
            const moved = after.filter((place, id) => place !== before[id]).length;
            expect(after).not.toContain(name);
            expect(moved).toBe(before.filter((place) => place === name).length);
            // Four standard deviations of a binomial distribution.
            const slack = 4 * Math.sqrt((CONVERSATIONS / count) * (1 - 1 / count));
            expect(moved).toBeLessThanOrEqual(CONVERSATIONS / count + slack);
            world.fault(gone, null);
            world.restore(gone);
            world.test.circuits.rollUp(name).close();
            expect(await places()).toEqual(before);
          },
        ),
        { numRuns: 15 },
      );
    },
  );
});
