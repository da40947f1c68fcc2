import { createRandom, fillCharacters, IdSource } from './seed.js';

describe('seeded values', () => {
  it('repeat for the same seed and differ for another', () => {
    const draw = (seed: number): number[] => Array.from({ length: 5 }, createRandom(seed));
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
  });

  it('are spread over [0, 1)', () => {
    const random = createRandom(1);
    const values = Array.from({ length: 10_000 }, random);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
    expect(mean).toBeCloseTo(0.5, 1);
  });

  it('fill any length', () => {
    expect(fillCharacters('a', 40)).toMatch(/^[0-9a-z]{40}$/);
  });

  it('make ids that never repeat within a source', () => {
    const ids = new IdSource('1');
    const made = new Set(Array.from({ length: 1_000 }, () => ids.next('req')));
    expect(made.size).toBe(1_000);
    expect([...made][0]).toMatch(/^req_01[0-9a-z]{22}$/);
  });
});
