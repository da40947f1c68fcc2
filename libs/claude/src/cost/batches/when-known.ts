import type { Awaitable } from '../../admission/admission-store.js';
import { isPending } from '../../admission/turnstile.js';

/** Goes on with an answer: at once where it is known at once, so that memory answers before anybody can ask again. */
export function whenKnown<T, R>(answer: Awaitable<T>, goOn: (known: T) => Awaitable<R>): Awaitable<R> {
  return isPending(answer) ? answer.then(goOn) : goOn(answer);
}
