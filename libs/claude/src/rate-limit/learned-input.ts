import { RecentKeys } from './recent-keys.js';

/** Models an instance may have to do with; their names may come from users. */
const MAX_MODELS = 1_000;

/** What a request counts at least: of many, the last ten or so count most. */
const LEAST_WEIGHT = 0.1;

/** A request that is this far off is not like the others. */
const LEAST_RATIO = 0.25;
const GREATEST_RATIO = 4;

/** How far above the mean it is on the safe side: at least three of four requests stay below, however they vary. */
const DEVIATIONS_ABOVE = 1;

/** What requests are taken to vary by, as a share of the first: a single one does not tell. Its weight fades like any other's. */
const FIRST_DEVIATION = 0.2;

/** What has been learned of one model. */
interface Ratio {
  /** Requests it was learned from. */
  count: number;
  mean: number;
  /** Mean distance from the mean. */
  deviation: number;
}

/**
 * How many tokens requests to a model really have for each that is counted here: the mean of the first ten requests, then
 * an exponentially weighted one, and a deviation above it.
 */
export class LearnedInput {
  readonly #models = new RecentKeys<Ratio>(MAX_MODELS);

  /** A guess of what a request comes to, high rather than low; as counted for a model nothing is known of. */
  estimate(model: string, countedTokens: number): number {
    const known = this.#models.get(model);
    if (known === undefined) return countedTokens;
    return Math.ceil(countedTokens * clamped(known.mean + DEVIATIONS_ABOVE * known.deviation));
  }

  /** @param inputTokens All input, from the cache too. */
  learn(model: string, countedTokens: number, inputTokens: number): void {
    if (countedTokens <= 0 || inputTokens <= 0) return;
    const ratio = clamped(inputTokens / countedTokens);
    const known = this.#models.obtain(model, () => ({ count: 0, mean: ratio, deviation: FIRST_DEVIATION * ratio }));
    if (known.count > 0) {
      const weight = Math.max(LEAST_WEIGHT, 1 / (known.count + 1));
      known.deviation += (Math.abs(ratio - known.mean) - known.deviation) * weight;
      known.mean += (ratio - known.mean) * weight;
    }
    known.count += 1;
  }
}

function clamped(ratio: number): number {
  return Math.min(GREATEST_RATIO, Math.max(LEAST_RATIO, ratio));
}
