import type { Attempt } from '../call/attempt.js';
import type { Call } from '../call/call.js';
import type { Random } from '../call/clock.js';
import { renewKey } from '../call/renew-key.js';
import { isReplayable } from '../call/request-body.js';
import { isClaudeError } from '../errors/claude-error.js';
import { isRefusal } from '../errors/refusals.js';
import type { RetryBudgets } from './retry-budget.js';
import type { Elsewhere } from './elsewhere.js';
import { costOf, GIVE_UP, nextStep, type AttemptFailure, type NextStep, type RetryState } from './retry.policy.js';
import type { RetrySettings } from './retry.options.js';

/** How one run of the inner stages ended, when not well. */
export type Ending = {
  /** The attempt that was made in it; `undefined` when none was. */
  readonly attempt: Attempt | undefined;
} & (
  | { readonly answer: Response; readonly failure: AttemptFailure }
  /** Thrown. `failure` is `null` for a decision that no attempt can help. */
  | { readonly answer?: undefined; readonly error: unknown; readonly failure: AttemptFailure | null }
);

/** A call that is slow enough, or a server, may meet more than one rotation; none meets many. */
const MOST_RENEWALS = 3;

/** What one call has behind it. Made only when its first attempt has failed. */
export class Repeats {
  #conflicts = 0;
  #fallbacks = 0;
  /** Runs that stages of the user's own answered without an attempt. */
  #ownAnswers = 0;
  /** Attempts made for the sake of a new key. */
  #renewals = 0;
  /** What an attempt ended with that the next one may fail to better. */
  #standing: Ending | null = null;

  constructor(
    private readonly call: Call,
    private readonly settings: RetrySettings,
    private readonly budgets: RetryBudgets | null,
    private readonly random: Random,
    private readonly elsewhere: Elsewhere,
  ) {}

  /**
   * Whether the attempt is made once more, at once, with another key than the one the API refused (401): beside what
   * `maxAttempts` and the retry budget allow, since a key that was rotated is no sign of an incident. Each time with a key that
   * nobody was refused with yet, or, with the SDK's own credentials, once.
   */
  async hasNewKey({ attempt, failure }: Ending): Promise<boolean> {
    const { call } = this;
    if (failure?.meaning.kind !== 'unauthorized' || attempt === undefined || call.interruption) return false;
    if (this.#renewals >= (attempt.key === null ? 1 : MOST_RENEWALS) || !isReplayable(call.request.body)) return false;
    const renewed = await renewKey(call, attempt);
    if (!renewed || call.interruption || call.leftMs <= 0) return false;
    this.#renewals += 1;
    return true;
  }

  /** What comes next. What it costs is taken from the retry budget. */
  after(ending: Ending): NextStep {
    const { failure } = ending;
    if (failure === null || this.call.interruption) return GIVE_UP;
    if (ending.answer !== undefined && ending.attempt === undefined) this.#ownAnswers += 1;
    let step = this.#nextStep(failure, this.#fallbackModel());
    if (step.kind === 'ask' && !this.call.change({ model: step.model })) step = this.#nextStep(failure, null);
    if (step.kind === 'give-up' || !this.#spend(ending, costOf(failure, step))) return GIVE_UP;
    if (failure.meaning.kind === 'conflict') this.#conflicts += 1;
    if (!this.#tellsLess(ending)) this.#standing = ending;
    if (step.kind === 'ask') this.#fallbacks += 1;
    if (step.kind === 'move') this.elsewhere.leave(this.call, failure.meaning);
    return step;
  }

  /** Does what comes before the next attempt; a wait lasts at most until the call is called off. */
  async take(step: Exclude<NextStep, { readonly kind: 'give-up' }>): Promise<void> {
    const { call } = this;
    if (step.kind === 'queue') {
      // How long it takes is for the queue to say.
      call.maxQueueMs = step.maxQueueMs;
      return;
    }
    if (call.attempt) call.attempt.retryDelayMs ??= step.kind === 'wait' ? step.delayMs : 0;
    if (step.kind !== 'wait') return;
    await call.sleep(step.delayMs);
    if (call.interruption) throw call.interruption();
  }

  /** Ends the call with what its caller should hear of. */
  give(last: Ending): Response {
    const { call } = this;
    if (call.interruption) throw call.interruption();
    const ending = this.#standing !== null && this.#tellsLess(last) ? this.#standing : last;
    call.decideBy(ending.attempt ?? (ending.answer === undefined ? undefined : null));
    if (ending.answer === undefined) throw ending.error;
    return ending.answer;
  }

  /**
   * Whether an ending tells less than the one before it: a refusal of ours on the way to another attempt, a deadline that
   * left no time for one, or a fallback model that the request does not suit, does not answer why the first attempt failed.
   */
  #tellsLess(ending: Ending): boolean {
    if (ending.answer === undefined) return ending.attempt === undefined && isOurDoing(ending.error);
    const { fault, kind } = ending.failure.meaning;
    return this.#fallbacks > 0 && (fault === 'caller' || kind === 'forbidden');
  }

  /** What was refused before anything was sent repeats nothing. */
  #spend({ answer, attempt }: Ending, cost: number): boolean {
    const { budgets, call } = this;
    if (budgets === null || (attempt ?? answer) === undefined) return true;
    if (budgets.of(call.endpoint.limitDomain).trySpend(cost)) return true;
    call.retryBudgetExhausted = true;
    return false;
  }

  #nextStep(failure: AttemptFailure, fallbackModel: string | null): NextStep {
    const { call, settings } = this;
    if (!isReplayable(call.request.body)) return GIVE_UP;
    const state: RetryState = {
      attempt: call.attemptCount - this.#renewals + this.#ownAnswers,
      maxAttempts: call.maxAttempts ?? settings.maxAttempts,
      leftMs: call.leftMs,
      conflicts: this.#conflicts,
      creates: call.operation.repeat === 'creates',
      waitIsKept: call.attempt?.waitIsKept ?? false,
      circuitOpen: call.attempt?.circuitOpen ?? false,
      hasOther: this.elsewhere.hasOther(call, failure.meaning),
      fallbackModel,
    };
    return nextStep(failure, state, settings, this.random);
  }

  #fallbackModel(): string | null {
    const { model, operation } = this.call;
    if (model === null || operation.usage !== 'message') return null;
    const { fallbackModels } = this.settings;
    // A caller may ask a model called `constructor`.
    return Object.hasOwn(fallbackModels, model) ? (fallbackModels[model]?.[this.#fallbacks] ?? null) : null;
  }
}

/** Whether it was we who made no attempt, and not a stage of the user's own. */
function isOurDoing(error: unknown): boolean {
  return isClaudeError(error) && (isRefusal(error) || error.code === 'deadline_exceeded');
}
