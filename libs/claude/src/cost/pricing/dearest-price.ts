import { dearestOf, type ModelPrice } from './model-price.js';
import { PriceTimeline, type DatedPrice } from './price-timeline.js';

/** At any time the dearest price of each kind that one of many models has. */
export function dearestTimeline(timelines: readonly PriceTimeline[]): PriceTimeline {
  const momentsMs = [...new Set(timelines.flatMap(({ boundariesMs }) => boundariesMs))];
  const prices = momentsMs.flatMap((fromMs): DatedPrice[] => {
    const known = timelines.map((timeline) => timeline.at(fromMs)).filter((price) => price !== null);
    return known.length > 0 ? [{ fromMs, untilMs: Infinity, price: dearest(known) }] : [];
  });
  return new PriceTimeline([prices]);
}

function dearest(prices: readonly ModelPrice[]): ModelPrice {
  const standard = dearestOf(prices.flatMap(({ standard: base, longPrompt }) => [base, longPrompt?.prices ?? base]));
  const regions = prices.flatMap(({ inferenceGeo }) => [...inferenceGeo]).toSorted(([, a], [, b]) => a - b);
  return {
    standard,
    longPrompt: null,
    fast: dearestOf([standard, ...prices.map(({ fast }) => fast ?? standard)]),
    batchMultiplier: Math.max(...prices.map(({ batchMultiplier }) => batchMultiplier)),
    // The last entry of a region counts, which is the dearest.
    inferenceGeo: new Map(regions),
  };
}
