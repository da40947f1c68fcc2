import { AdaptiveConcurrency } from './adaptive-concurrency.js';

const SETTINGS = { initial: 4, min: 2, max: 10 };

function taken(places: AdaptiveConcurrency, count: number): AdaptiveConcurrency {
  for (let i = 0; i < count; i += 1) places.take();
  return places;
}

describe('AdaptiveConcurrency', () => {
  it('gives out as many places as its limit, and each again when it comes back', () => {
    const places = new AdaptiveConcurrency(SETTINGS);
    expect(Array.from({ length: 5 }, () => places.tryTake())).toEqual([true, true, true, true, false]);
    places.release();
    expect(places.tryTake()).toBe(true);
    expect(places.inFlight).toBe(4);
  });

  it('grows by one with every answer as long as nothing was overloaded, up to its maximum', () => {
    const places = taken(new AdaptiveConcurrency(SETTINGS), 10);
    const limits = Array.from({ length: 8 }, () => {
      places.answered();
      return places.limit;
    });
    expect(limits).toEqual([5, 6, 7, 8, 9, 10, 10, 10]);
  });

  it('grows by one in a round of answers after the first overload', () => {
    const places = taken(new AdaptiveConcurrency({ ...SETTINGS, initial: 10 }), 10);
    places.overloaded(0);
    expect(places.limit).toBe(8);
    for (let i = 0; i < 8; i += 1) places.answered();
    expect(places.limit).toBe(8);
    places.answered();
    expect(places.limit).toBe(9);
  });

  it('does not grow while it is hardly used', () => {
    const places = taken(new AdaptiveConcurrency(SETTINGS), 1);
    places.answered();
    expect(places.limit).toBe(4);
    taken(places, 1).answered();
    expect(places.limit).toBe(5);
  });

  it('is lowered by a fifth, once a second and never below its minimum', () => {
    const places = new AdaptiveConcurrency({ ...SETTINGS, initial: 10 });
    for (const atMs of [0, 1, 999]) places.overloaded(atMs);
    expect(places.limit).toBe(8);
    places.overloaded(1_000);
    expect(places.limit).toBe(6);
    for (let atMs = 2_000; atMs < 20_000; atMs += 1_000) places.overloaded(atMs);
    expect(places.limit).toBe(2);
  });

  it('tells those who wait in turn, one for each place', () => {
    const places = taken(new AdaptiveConcurrency(SETTINGS), 4);
    const told: string[] = [];
    const listener = (name: string): { placeFree(): void } => ({
      placeFree: () => {
        told.push(name);
        places.tryTake();
      },
    });
    places.waitForPlace(listener('first'));
    places.waitForPlace(listener('second'));
    places.release();
    expect(told).toEqual(['first']);
    places.release();
    expect(told).toEqual(['first', 'second']);
    places.release();
    expect(told).toHaveLength(2);
  });

  it('tells those who wait when it grows', () => {
    const places = taken(new AdaptiveConcurrency(SETTINGS), 4);
    let told = 0;
    places.waitForPlace({ placeFree: () => (told += 1) });
    places.answered();
    expect(told).toBe(1);
  });
});
