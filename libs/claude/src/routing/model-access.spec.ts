import fc from 'fast-check';
import { ModelAccess, withAccess } from './model-access.js';

const MODEL = 'claude-haiku-5-5';
const OTHER = 'claude-opus-5-5';

function endpoints(count: number): { readonly name: number; readonly access: ModelAccess }[] {
  return Array.from({ length: count }, (_, name) => ({ name, access: new ModelAccess() }));
}

function namesOf(all: ReturnType<typeof endpoints>, nowMs = 0): number[] {
  return withAccess(all, MODEL, nowMs).map(({ name }) => name);
}

describe('A model that a key may not use', () => {
  it('is left alone there for five minutes, and other models are not', () => {
    const all = endpoints(3);
    all[0]?.access.refused(MODEL, 0);
    expect(namesOf(all)).toEqual([1, 2]);
    expect(withAccess(all, OTHER, 0)).toBe(all);
    expect(namesOf(all, 299_999)).toEqual([1, 2]);
    expect(namesOf(all, 300_000)).toEqual([0, 1, 2]);
  });

  it('is asked for there again as soon as it was given', () => {
    const all = endpoints(3);
    for (let refused = 0; refused < 3; refused += 1) all[0]?.access.refused(MODEL, 0);
    all[0]?.access.accepted(MODEL);
    expect(namesOf(all)).toEqual([0, 1, 2]);
    all[0]?.access.refused(MODEL, 0);
    expect(all[0]?.access.doubt(MODEL, 0)).toBe('thin');
  });

  it('is not taken from everybody by one odd request that is refused everywhere', () => {
    const all = endpoints(3);
    for (const { access } of all) access.refused(MODEL, 0);
    expect(namesOf(all)).toEqual([0, 1, 2]);
  });

  it('is left alone at more than half of them only where it is refused again and again', () => {
    const all = endpoints(3);
    for (const { access } of all.slice(0, 2)) {
      access.refused(MODEL, 0);
      access.refused(MODEL, 0);
    }
    expect(namesOf(all)).toEqual([0, 1, 2]);
    all[0]?.access.refused(MODEL, 0);
    // What is certain of the first stands; the second is one of three.
    expect(namesOf(all)).toEqual([2]);
  });

  it('never takes out the last, and never more than half on a refusal or two', () => {
    const refusals = fc.array(fc.nat(4), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(refusals, (counts) => {
        const all = endpoints(counts.length);
        counts.forEach((count, index) => {
          for (let refused = 0; refused < count; refused += 1) all[index]?.access.refused(MODEL, 0);
        });
        const left = namesOf(all);
        expect(left.length).toBeGreaterThan(0);
        const outOnThin = counts.filter((count, name) => count > 0 && count < 3 && !left.includes(name));
        expect(outOnThin.length).toBeLessThanOrEqual(counts.length / 2);
        counts.forEach((count, name) => {
          if (count === 0) expect(left).toContain(name);
        });
      }),
    );
  });
});
