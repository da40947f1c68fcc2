import { RecentKeys } from './recent-keys.js';
import { RecentQuantile } from './recent-quantile.js';

/** Kinds of requests that are told apart; their names may come from users. */
const MAX_KINDS = 1_000;

/** Four of five answers stay within the guess; the fifth goes as debt. */
const QUANTILE = 0.8;

/** Answers that count. */
const REMEMBERED = 200;

/** Answers it takes to know better than the first guess. */
const ENOUGH = 10;

/** Of what a request allows its answer, as long as nothing is known. */
const FIRST_SHARE = 0.25;

/** What a request is taken to allow that does not say. */
const USUAL_MAX_TOKENS = 4_096;

/** How long answers are, by model and kind of request. */
export class LearnedOutput {
  readonly #kinds = new RecentKeys<RecentQuantile>(MAX_KINDS);

  /**
   * What four of five answers of the kind stay within, and never more than the request allows.
   *
   * @param kind Model and kind of request, in one word.
   * @param maxTokens What the request allows; `null` where it does not say.
   */
  estimate(kind: string, maxTokens: number | null): number {
    const known = this.#kinds.get(kind);
    if (known === undefined || known.count < ENOUGH) return Math.ceil((maxTokens ?? USUAL_MAX_TOKENS) * FIRST_SHARE);
    return Math.min(maxTokens ?? Infinity, known.value);
  }

  /** @param outputTokens Of an answer that was not cut off. */
  learn(kind: string, outputTokens: number): void {
    this.#kinds.obtain(kind, () => new RecentQuantile(QUANTILE, REMEMBERED)).add(outputTokens);
  }
}
