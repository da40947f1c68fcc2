import { createRandom } from '../testing/seed.js';
import { LearnedInput } from './learned-input.js';

const COUNTED = 1_000;
const RUNS = 200;
const REQUESTS = 100;

const random = createRandom(7);

/** Of the normal distribution. */
function bell(): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** How many tokens requests really have for each that is counted. */
const KINDS: readonly (readonly [name: string, ratio: () => number])[] = [
  ['by a fifth, evenly', () => 0.8 + 0.4 * random()],
  ['hardly', () => 0.85 + 0.04 * bell()],
  ['around a mean', () => 0.85 + 0.13 * bell()],
  ['as two kinds of text', () => (random() < 0.5 ? 0.65 : 1.1) + 0.03 * bell()],
  ['by one in ten that is far off', () => (random() < 0.1 ? 1.5 : 0.8) + 0.03 * bell()],
  ['with a long tail', () => 0.6 - 0.25 * Math.log(1 - random())],
];

/** Shares of requests that were not above what was guessed: of the second to the tenth, and of those after them. */
function covered(ratioOf: () => number): readonly [early: number, late: number] {
  const [early, late] = [
    { of: 0, within: 0 },
    { of: 0, within: 0 },
  ];
  for (let run = 0; run < RUNS; run += 1) {
    const learned = new LearnedInput();
    for (let request = 1; request <= REQUESTS; request += 1) {
      const tokens = COUNTED * ratioOf();
      const count = request <= 10 ? early : late;
      if (request > 1) count.of += 1;
      if (request > 1 && tokens <= learned.estimate('m', COUNTED)) count.within += 1;
      learned.learn('m', COUNTED, tokens);
    }
  }
  return [early.within / early.of, late.within / late.of];
}

describe('LearnedInput', () => {
  it.each(KINDS)('is enough for three of four requests from the second on where they vary %s', (_, ratioOf) => {
    const [early, late] = covered(ratioOf);
    expect(early).toBeGreaterThan(0.75);
    expect(late).toBeGreaterThan(0.75);
  });

  it('is a fifth more than the first request, and comes down where none is different', () => {
    const learned = new LearnedInput();
    const guesses: number[] = [];
    for (let request = 0; request < 60; request += 1) {
      guesses.push(Math.floor(learned.estimate('m', COUNTED) / 10));
      learned.learn('m', COUNTED, 0.8 * COUNTED);
    }
    expect([guesses[0], guesses[1], guesses[2], guesses[10]]).toEqual([100, 96, 88, 81]);
    expect(guesses.at(-1)).toBe(80);
  });

  it('follows requests that come to be others', () => {
    const learned = new LearnedInput();
    for (let request = 0; request < 500; request += 1) learned.learn('m', COUNTED, 0.7 * COUNTED);
    for (let request = 0; request < 10; request += 1) learned.learn('m', COUNTED, 1.2 * COUNTED);
    expect(learned.estimate('m', COUNTED)).toBeGreaterThan(1_150);
  });

  it('is not led astray by one request that is like no other', () => {
    const learned = new LearnedInput();
    learned.learn('m', 1, 1e9);
    expect(learned.estimate('m', 100)).toBe(400);
    for (let request = 0; request < 50; request += 1) learned.learn('m', 100, 100);
    expect(learned.estimate('m', 100)).toBeLessThan(115);
    for (let request = 0; request < 50; request += 1) learned.learn('m', 1e9, 1);
    expect(learned.estimate('m', 100)).toBeGreaterThanOrEqual(25);
  });

  it('knows models apart, and nothing by requests that were not counted', () => {
    const learned = new LearnedInput();
    learned.learn('m', COUNTED, 2 * COUNTED);
    learned.learn('other', 0, COUNTED);
    learned.learn('other', COUNTED, 0);
    expect(learned.estimate('other', COUNTED)).toBe(COUNTED);
    expect(learned.estimate('m', COUNTED)).toBe(2_400);
  });
});
