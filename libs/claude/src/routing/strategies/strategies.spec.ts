import * as fc from 'fast-check';
import { createRandom } from '../../testing/seed.js';
import { builtIn } from './built-in.js';
import type { Candidate, RoutedCall } from './strategy.js';

const CALL: RoutedCall = { model: 'claude-haiku-5-5', affinity: null };

interface Endpoint extends Candidate {
  inFlight: number;
  pickedAt: number;
}

type Endpoints = [Endpoint, ...Endpoint[]];

function endpoint(name: string, changes: Partial<Candidate> = {}): Endpoint {
  const domain = changes.cacheDomain ?? name;
  return {
    name,
    weight: 1,
    inFlight: 0,
    headroom: 1,
    pickedAt: 0,
    limitDomain: domain,
    cacheDomain: domain,
    ...changes,
  };
}

function endpoints(...names: [string, ...string[]]): Endpoints {
  return names.map((name) => endpoint(name)) as Endpoints;
}

/** Picks so often, and tells how often each was picked. */
function picks(
  strategy: Parameters<typeof builtIn>[0],
  among: Endpoints,
  times: number,
  callOf: (index: number) => RoutedCall = () => CALL,
): Record<string, number> {
  const chosen = builtIn(strategy);
  const random = createRandom(7);
  const counts: Record<string, number> = Object.fromEntries(among.map(({ name }) => [name, 0]));
  for (let index = 0; index < times; index += 1) {
    const picked = chosen.pick(among, callOf(index), random);
    picked.pickedAt = index + 1;
    counts[picked.name] = (counts[picked.name] ?? 0) + 1;
  }
  return counts;
}

describe('round-robin', () => {
  it('gives each its turn', () => {
    expect(picks('round-robin', endpoints('a', 'b', 'c'), 30)).toEqual({ a: 10, b: 10, c: 10 });
  });
});

describe('random', () => {
  it('picks each as often as chance has it', () => {
    const counts = picks('random', endpoints('a', 'b', 'c'), 6_000);
    // Four standard deviations of a binomial distribution.
    const bound = 4 * Math.sqrt(6_000 * (1 / 3) * (2 / 3));
    for (const count of Object.values(counts)) expect(Math.abs(count - 2_000)).toBeLessThan(bound);
  });
});

describe('weighted', () => {
  const WEIGHTED: Endpoints = [
    endpoint('a', { weight: 1 }),
    endpoint('b', { weight: 2 }),
    endpoint('c', { weight: 3 }),
  ];

  it('picks each as often as its weight says, exactly', () => {
    expect(picks('weighted', WEIGHTED, 6_000)).toEqual({ a: 1_000, b: 2_000, c: 3_000 });
  });

  it('mixes them', () => {
    const strategy = builtIn('weighted');
    const names = Array.from({ length: 6 }, () => strategy.pick(WEIGHTED, CALL, Math.random).name);
    expect(names.join('')).not.toMatch(/ccc|bb/);
  });
});

describe('least-busy', () => {
  it('prefers the one with fewer attempts under way, for its weight and its headroom', () => {
    const busy = endpoint('busy', { inFlight: 3 });
    const free = endpoint('free', { inFlight: 1 });
    expect(picks('least-busy', [busy, free], 20)).toEqual({ busy: 0, free: 20 });
    expect(picks('least-busy', [endpoint('strong', { inFlight: 3, weight: 4 }), free], 20)).toEqual({
      strong: 20,
      free: 0,
    });
    expect(picks('least-busy', [endpoint('roomy', { inFlight: 3 }), endpoint('tight', { headroom: 0.1 })], 20)).toEqual(
      {
        roomy: 20,
        tight: 0,
      },
    );
  });

  it('takes turns where there is no difference', () => {
    expect(picks('least-busy', endpoints('a', 'b'), 30)).toEqual({ a: 15, b: 15 });
  });

  it('spreads load over all of them', () => {
    const among = endpoints('a', 'b', 'c', 'd');
    const strategy = builtIn('least-busy');
    const random = createRandom(1);
    for (let index = 0; index < 400; index += 1) strategy.pick(among, CALL, random).inFlight += 1;
    for (const { inFlight } of among) expect(Math.abs(inFlight - 100)).toBeLessThan(5);
  });
});

describe('sticky', () => {
  const conversation = (index: number): RoutedCall => ({ model: null, affinity: `conversation ${index}` });

  it('keeps a conversation where it was, whatever others do', () => {
    const strategy = builtIn('sticky');
    const among = endpoints('a', 'b', 'c');
    const first = Array.from({ length: 50 }, (_, index) => strategy.pick(among, conversation(index), Math.random).name);
    const again = Array.from({ length: 50 }, (_, index) => strategy.pick(among, conversation(index), Math.random).name);
    expect(again).toEqual(first);
    expect(new Set(first).size).toBe(3);
  });

  it('moves only the conversations of one that is gone', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 50, maxLength: 50 }), (keys) => {
        const all = endpoints('a', 'b', 'c', 'd');
        const without = all.filter(({ name }) => name !== 'b') as Endpoints;
        const strategy = builtIn('sticky');
        for (const affinity of keys) {
          const before = strategy.pick(all, { model: null, affinity }, Math.random).name;
          const after = strategy.pick(without, { model: null, affinity }, Math.random).name;
          expect(before === 'b' || after === before).toBe(true);
        }
      }),
    );
  });

  it('loads no cache domain above 1.25 of its share', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(5), { minLength: 1, maxLength: 200 }),
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 2, maxLength: 6 }),
        (keys, weights) => {
          const among = weights.map((weight, index) => endpoint(`e${index}`, { weight })) as Endpoints;
          const total = weights.reduce((sum, each) => sum + each, 0);
          const strategy = builtIn('sticky');
          for (const [index, key] of keys.entries()) {
            const picked = strategy.pick(among, conversation(key), Math.random);
            picked.inFlight += 1;
            expect(picked.inFlight).toBeLessThanOrEqual(Math.ceil((1.25 * (index + 1) * picked.weight) / total));
          }
        },
      ),
    );
  });

  it('takes endpoints of one workspace for one cache, and the less busy of them', () => {
    const busy = endpoint('busy', { cacheDomain: 'one', inFlight: 1 });
    const free = endpoint('free', { cacheDomain: 'one' });
    const other = endpoint('other', { inFlight: 1 });
    const counts = picks('sticky', [busy, free, other], 60, conversation);
    expect(counts['busy']).toBe(0);
    expect(counts['free']).toBeGreaterThan(20);
  });

  it('spreads what belongs to nothing', () => {
    expect(picks('sticky', endpoints('a', 'b'), 30)).toEqual({ a: 15, b: 15 });
  });
});
