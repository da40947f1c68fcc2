import { featuresOf, maxTokensOf } from '../../call/request-traits.js';
import { RecentKeys } from '../../rate-limit/recent-keys.js';
import { RecentQuantile } from '../../rate-limit/recent-quantile.js';
import { requestKind } from '../request-kind.js';
import type { AnsweredRequest, OptimizationStrategy, Proposal, StrategyRequest } from '../strategy.js';
import { REMEMBERED_ANSWERS, type ShorterAnswerSettings } from './shorter-answer.options.js';

/** Kinds of requests that are told apart; their names may come from users. */
const MAX_KINDS = 1_000;

/**
 * Lowers `max_tokens` to what answers of the kind have needed, times a factor. Streams keep the caller's own value: once
 * their first content is handed out, an answer that was cut short could not be made again. So do requests that think, as
 * thinking has a budget within `max_tokens`.
 */
export class ShorterAnswerStrategy implements OptimizationStrategy {
  readonly name = 'shorter-answer';
  readonly #kinds = new RecentKeys<RecentQuantile>(MAX_KINDS);

  constructor(private readonly settings: ShorterAnswerSettings) {}

  propose(request: StrategyRequest): Proposal | null {
    const { params, stream } = request;
    const asked = maxTokensOf(params);
    const features = featuresOf(params);
    if (stream || asked === null || features === 'thinking' || features === 'tools+thinking') return null;
    const { minimumAnswers, minimumTokens, quantile, safetyFactor } = this.settings;
    const known = this.#kinds.get(requestKind(request));
    if (known === undefined || known.count < minimumAnswers) return null;
    const lowered = Math.max(minimumTokens, Math.ceil(known.value * safetyFactor));
    if (lowered >= asked) return null;
    const learned = `${quantile * 100} % of the last ${known.count} answers of the kind had at most ${known.value} tokens`;
    return { reason: `max_tokens ${asked} → ${lowered}: ${learned}.`, changes: { max_tokens: lowered } };
  }

  /** An answer that was cut off tells nothing of how long answers are. */
  learn(answer: AnsweredRequest): void {
    if (answer.reachedMaxTokens) return;
    const { quantile } = this.settings;
    this.#kinds
      .obtain(requestKind(answer), () => new RecentQuantile(quantile, REMEMBERED_ANSWERS))
      .add(answer.usage.outputTokens);
  }
}
