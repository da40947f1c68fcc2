import fc from 'fast-check';
import { isoTime } from './line-fields.js';

it('a time reads as `Date` has it, in whichever order times come', () => {
  const time = fc.integer({ min: -8_640_000_000_000_000, max: 8_640_000_000_000_000 });
  const near = fc.integer({ min: 1_790_000_000_000, max: 1_790_000_003_000 });
  fc.assert(
    fc.property(fc.array(fc.oneof(time, near, fc.double({ min: 0, max: 1e13, noNaN: true }))), (times) => {
      for (const atMs of times) expect(isoTime(atMs)).toBe(new Date(atMs).toISOString());
    }),
  );
});
