import type { Call } from '../call/call.js';
import type { Clock, Random } from '../call/clock.js';
import type { Stage } from '../call/stage.js';
import { failureOfAnswer, failureOfError } from './attempt-failure.js';
import { nextDelayMs, type AttemptFailure } from './retry.policy.js';
import type { RetrySettings } from './retry.options.js';

/**
 * The one loop that repeats attempts; the SDK's own is off beneath it. A stream is repeated only before its commit
 * point, since what stands inside hands it out no earlier.
 */
export function retryStage(settings: RetrySettings, clock: Clock, random: Random): Stage {
  return async (call, next) => {
    let conflicts = 0;
    for (;;) {
      let failure: AttemptFailure | null;
      let answer: Response | undefined;
      let error: unknown;
      try {
        answer = await next(call);
        if (answer.ok) return answer;
        failure = failureOfAnswer(answer, call, clock);
      } catch (thrown) {
        error = thrown;
        failure = failureOfError(thrown, call);
      }
      const delayMs = failure && delayAfter(call, failure, conflicts, settings, random);
      if (failure === null || delayMs === null) {
        if (answer === undefined) throw error;
        return answer;
      }
      if (failure.status === 409) conflicts += 1;
      if (call.attempt) call.attempt.retryDelayMs = delayMs;
      await call.sleep(delayMs);
      if (call.interruption) throw call.interruption();
    }
  };
}

function delayAfter(
  call: Call,
  failure: AttemptFailure,
  conflicts: number,
  settings: RetrySettings,
  random: Random,
): number | null {
  if (call.interruption) return null;
  const state = {
    attempt: call.attemptCount,
    maxAttempts: call.maxAttempts ?? settings.maxAttempts,
    leftMs: call.leftMs,
    conflicts,
    creates: call.operation.repeat === 'creates',
  };
  return nextDelayMs(failure, state, settings, random);
}
