import type { Attempt } from '../call/attempt.js';
import type { Call } from '../call/call.js';
import type { Clock, Random } from '../call/clock.js';
import type { Stage } from '../call/stage.js';
import { NOWHERE_ELSE, type Elsewhere } from './elsewhere.js';
import { failureOfAnswer, failureOfError } from './attempt-failure.js';
import { Repeats, type Ending } from './repeats.js';
import { RetryBudgets } from './retry-budget.js';
import type { RetrySettings } from './retry.options.js';

/**
 * The one loop that repeats attempts; the SDK's own is off beneath it. A stream is repeated only before its commit
 * point, since what stands inside hands it out no earlier.
 */
export function retryStage(
  settings: RetrySettings,
  clock: Clock,
  random: Random,
  elsewhere: Elsewhere = NOWHERE_ELSE,
): Stage {
  const budgets = settings.budget === false ? null : new RetryBudgets(settings.budget, clock);
  return async (call, next) => {
    let repeats: Repeats | null = null;
    let counted = false;
    // A stage outside may run this more than once: what decided the run before decides no longer.
    call.decideBy(undefined);
    for (;;) {
      const attemptsBefore = call.attemptCount;
      // Written out here, since an async function of its own would cost every call a promise.
      let ending: Ending;
      try {
        const answer = await next(call);
        if (answer.ok) return answer;
        const attempt = attemptSince(attemptsBefore, call);
        ending = { answer, failure: failureOfAnswer(answer, attempt, clock), attempt };
      } catch (error) {
        const attempt = attemptSince(attemptsBefore, call);
        ending = { error, failure: failureOfError(error, attempt, call), attempt };
      } finally {
        counted ||= countFirst(call, budgets);
      }
      repeats ??= new Repeats(call, settings, budgets, random, elsewhere);
      if (await repeats.hasNewKey(ending)) continue;
      const step = repeats.after(ending);
      if (step.kind === 'give-up') return repeats.give(ending);
      await repeats.take(step);
    }
  };
}

/** A call earns its share of a retry with its first attempt: one that was refused has made none. */
function countFirst(call: Call, budgets: RetryBudgets | null): boolean {
  if (call.attemptCount === 0) return false;
  budgets?.of(call.endpoint.limitDomain).deposit();
  return true;
}

function attemptSince(before: number, call: Call): Attempt | undefined {
  return call.attemptCount > before ? call.attempt : undefined;
}
