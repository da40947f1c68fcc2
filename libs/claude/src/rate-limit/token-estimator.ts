import { estimateRequestTokens } from '../call/request-tokens.js';
import { featuresOf, maxTokensOf } from '../call/request-traits.js';
import type { Usage } from '../call/usage.js';
import { LearnedInput } from './learned-input.js';
import { LearnedOutput } from './learned-output.js';
import type { EstimateOptions } from './rate-limit.options.js';

/** More than any model gives; a request that allows more is told so by the API. */
const MOST_TOKENS = 1e9;

/** What is estimated. */
export interface EstimatedRequest {
  /** The SDK method's params. */
  readonly params: unknown;
  /** The model that is asked; `null` where there is none. */
  readonly model: string | null;
  /** What kind of work it is, as the caller said; `null` where it did not. */
  readonly requestType: string | null;
  /** Its input as it was counted before, for that model. Default: it is counted now. */
  readonly countedTokens?: number;
}

/** What a request is thought to use. */
export interface TokenEstimate {
  /** All input, from the cache too: whether the cache has it shows only in the answer. */
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** The input as it was counted, before anything learned corrected it. */
  readonly countedTokens: number;
  readonly model: string;
  /** Model and kind of request: what answers are alike in length. */
  readonly kind: string;
}

/** Guesses what a request will use, and learns from what requests have used. */
export class TokenEstimator {
  readonly #input = new LearnedInput();
  readonly #output = new LearnedOutput();

  constructor(private readonly mode: Required<EstimateOptions>['output']) {}

  estimate({ params, model: asked, requestType, countedTokens: counted }: EstimatedRequest): TokenEstimate {
    const model = asked ?? '';
    const kind = `${model} ${requestType ?? featuresOf(params)}`;
    const countedTokens = counted ?? estimateRequestTokens(params, asked);
    return {
      inputTokens: this.#input.estimate(model, countedTokens),
      outputTokens: this.#outputOf(kind, maxTokensOf(params)),
      countedTokens,
      model,
      kind,
    };
  }

  /** What an input really comes to, by what counts of it have come to. */
  inputTokens(countedTokens: number, model: string | null): number {
    return this.#input.estimate(model ?? '', countedTokens);
  }

  /** Learns from what a request has used. An answer that broke off tells nothing of how long answers are. */
  learn({ model, kind, countedTokens }: TokenEstimate, usage: Usage): void {
    if (usage.quality === 'estimated') return;
    const { inputTokens, cacheReadTokens, cacheWrite5mTokens, cacheWrite1hTokens, outputTokens } = usage;
    this.#input.learn(model, countedTokens, inputTokens + cacheReadTokens + cacheWrite5mTokens + cacheWrite1hTokens);
    if (usage.quality === 'complete') this.#output.learn(kind, outputTokens);
  }

  #outputOf(kind: string, maxTokens: number | null): number {
    const allowed = maxTokens === null ? null : Math.min(maxTokens, MOST_TOKENS);
    return this.mode === 'max-tokens' && allowed !== null ? allowed : this.#output.estimate(kind, allowed);
  }
}
