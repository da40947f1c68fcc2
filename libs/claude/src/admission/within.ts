import type { Clock } from '../call/clock.js';
import type { Awaitable } from './admission-store.js';

/** An answer that was waited for as long as anybody may. */
export class LateAnswerError extends Error {
  override readonly name = 'LateAnswerError';

  constructor(limitMs: number) {
    super(`There was no answer within ${limitMs} ms.`);
  }
}

/**
 * An answer, if it comes in time. Where this process was busy, what came meanwhile is read before it counts as late.
 *
 * @throws LateAnswerError when it does not.
 */
export function within<T>(answer: Awaitable<T>, limitMs: number, clock: Clock): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = (): void => reject(new LateAnswerError(limitMs));
    const timer = clock.setTimer(() => void setImmediate(late), limitMs, true);
    void Promise.resolve(answer)
      .finally(() => timer.cancel())
      .then(resolve, reject);
  });
}
