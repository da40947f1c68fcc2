import type { Attempt, AttemptListener } from '../call/attempt.js';
import type { Call } from '../call/call.js';
import { maxTokensOf } from '../call/request-traits.js';
import { isFields } from '../call/token-walk.js';
import type { AnsweredRequest } from './strategy.js';

/** Follows the attempts of a call: how the last answer ended, and how long whole answers are. */
export class AnswerWatch implements AttemptListener {
  /** `stop_reason` of the last answer that was JSON. */
  stopReason: unknown = null;

  constructor(
    private readonly call: Call,
    private readonly learn: (answer: AnsweredRequest) => void,
  ) {}

  jsonKnown(_attempt: Attempt, value: unknown): void {
    this.stopReason = isFields(value) ? value['stop_reason'] : null;
  }

  attemptEnded({ usage, failure, abandoned, model }: Attempt): void {
    const { params, context, maxTokens, stream } = this.call;
    if (usage?.quality !== 'complete' || failure !== null || abandoned || model === null || !isFields(params)) return;
    const allowed = maxTokens ?? maxTokensOf(params) ?? Infinity;
    // Of a stream only its usage tells.
    const reachedMaxTokens = (!stream && this.stopReason === 'max_tokens') || usage.outputTokens >= allowed;
    this.learn({ params, model, context, usage, reachedMaxTokens });
  }
}
