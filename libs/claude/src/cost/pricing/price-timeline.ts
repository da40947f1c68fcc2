import type { ModelPrice } from './model-price.js';

/** A price and when it holds: from `fromMs` on, and no longer at `untilMs`. */
export interface DatedPrice {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly price: ModelPrice;
}

interface Segment {
  readonly fromMs: number;
  readonly price: ModelPrice | null;
}

/**
 * What one model costs at any time. Before the first price begins the first one holds: there can be no call of a model from
 * before its release, so such a moment only tells that the date is not known well enough.
 */
export class PriceTimeline {
  readonly #segments: readonly Segment[];

  /** @param layers Lists of prices: where several have one for a moment, the first list counts, and of that the latest. */
  constructor(layers: readonly (readonly DatedPrice[])[]) {
    this.#segments = boundariesOf(layers.flat()).map((fromMs) => ({ fromMs, price: inForce(layers, fromMs) }));
  }

  /** When prices change, in order. */
  get boundariesMs(): readonly number[] {
    return this.#segments.map(({ fromMs }) => fromMs);
  }

  /** The price at a moment; `null` after the last one has ended. */
  at(atMs: number): ModelPrice | null {
    const segments = this.#segments;
    let index = segments.length - 1;
    while (index > 0 && (segments[index] as Segment).fromMs > atMs) index -= 1;
    return segments[index]?.price ?? null;
  }
}

function boundariesOf(prices: readonly DatedPrice[]): readonly number[] {
  const moments = new Set(prices.flatMap(({ fromMs, untilMs }) => [fromMs, untilMs]));
  return [...moments].filter(Number.isFinite).toSorted((a, b) => a - b);
}

function inForce(layers: readonly (readonly DatedPrice[])[], atMs: number): ModelPrice | null {
  for (const layer of layers) {
    const current = layer
      .filter(({ fromMs, untilMs }) => fromMs <= atMs && atMs < untilMs)
      .toSorted((a, b) => b.fromMs - a.fromMs)[0];
    if (current) return current.price;
  }
  return null;
}
