import { RecentKeys } from './recent-keys.js';

/** Models an instance may have to do with; their names may come from users. */
const MAX_MODELS = 1_000;

/** How fast it learns: the last ten or so requests count most. */
const LEARNING_RATE = 0.1;

/** A request that is this far off is not like the others. */
const LEAST_RATIO = 0.25;
const GREATEST_RATIO = 4;

/** How far above the mean it is on the safe side: about three of four requests stay below, once some twenty are known. */
const DEVIATIONS_ABOVE = 0.85;

/** What has been learned of one model. */
interface Ratio {
  mean: number;
  /** Mean distance from the mean. */
  deviation: number;
}

/** How many tokens requests to a model really have for each that is counted here: an exponentially weighted mean. */
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
    const known = this.#models.obtain(model, () => ({ mean: ratio, deviation: 0 }));
    known.deviation += (Math.abs(ratio - known.mean) - known.deviation) * LEARNING_RATE;
    known.mean += (ratio - known.mean) * LEARNING_RATE;
  }
}

function clamped(ratio: number): number {
  return Math.min(GREATEST_RATIO, Math.max(LEAST_RATIO, ratio));
}
