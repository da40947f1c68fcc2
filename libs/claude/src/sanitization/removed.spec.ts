import { markedHits } from './removed.js';

/** Finds one at a time, as the next shows only once the first is gone. */
const firstDigit = (text: string): { start: number; end: number }[] => {
  const start = text.search(/\d/);
  return start < 0 ? [] : [{ start, end: start + 1 }];
};
const asItIs = (text: string): string => text;

it('looks again until nothing is found', () => {
  expect(markedHits('a1b2c', firstDigit, asItIs)).toBe('a[removed]b[removed]c');
});

it('gives a text up in which something is found each time', () => {
  expect(markedHits('1 2 3 4 5 6 7 8 9', firstDigit, asItIs)).toBe('[removed]');
});

it('puts one marker for what overlaps, and cleans what is left', () => {
  const once = (text: string): { start: number; end: number }[] =>
    text.startsWith('0')
      ? [
          { start: 0, end: 3 },
          { start: 2, end: 5 },
        ]
      : [];
  expect(markedHits('012345', once, (text) => text.replace('5', ''))).toBe('[removed]');
});
