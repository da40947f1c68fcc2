import fc from 'fast-check';
import { nanoToUsd, picoToNano, picoToNanoUp, picoUsdPerToken, usdToNano, usdToPico } from './money.js';

describe('pico-dollars as nano-dollars', () => {
  it.each([
    [0, 0],
    [499, 0],
    [500, 0],
    [501, 1],
    [1_499, 1],
    [1_500, 2],
    [2_500, 2],
    [3_500, 4],
    [Number.MAX_SAFE_INTEGER, 9_007_199_254_741],
  ])('%d are %d, half to even', (pico, nano) => {
    expect(picoToNano(pico)).toBe(nano);
  });

  it('are the nearest ones, and the even one of two, for any number', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (pico) => {
        const [whole, rest] = [BigInt(pico) / 1_000n, BigInt(pico) % 1_000n];
        const up = rest > 500n || (rest === 500n && whole % 2n === 1n);
        expect(BigInt(picoToNano(pico))).toBe(whole + (up ? 1n : 0n));
      }),
    );
  });

  it.each([
    [0, 0],
    [1, 1],
    [1_000, 1],
    [1_001, 2],
    [1e30, Number.MAX_SAFE_INTEGER],
  ])('%d reserve %d', (pico, nano) => {
    expect(picoToNanoUp(pico)).toBe(nano);
  });
});

describe('dollars', () => {
  it('are whole nano-dollars inside, and the same dollars to readers', () => {
    expect([0.1, 49.99, 9_000_000].map(usdToNano)).toEqual([100_000_000, 49_990_000_000, 9e15]);
    expect([0.1, 49.99, 9_000_000].map(usdToNano).map(nanoToUsd)).toEqual([0.1, 49.99, 9_000_000]);
  });

  it('are whole pico-dollars as prices', () => {
    expect([0.01, 0.125, 3.75, 22.5].map(picoUsdPerToken)).toEqual([10_000, 125_000, 3_750_000, 22_500_000]);
    expect(usdToPico(0.01)).toBe(10_000_000_000);
  });
});
