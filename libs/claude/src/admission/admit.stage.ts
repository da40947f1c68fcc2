import type { Call } from '../call/call.js';
import type { Stage } from '../call/stage.js';
import type { Admission } from './admission.js';
import type { Awaitable } from './admission-store.js';
import type { AttemptAsk } from './attempt-ask.js';
import { isPending } from './turnstile.js';

/** Says what an attempt of a call asks for; `null` where nothing is limited. */
export type AskOf = (call: Call) => Awaitable<AttemptAsk | null>;

/**
 * Lets an attempt through when its limits have enough for it, and holds what it was granted until its end. A request is
 * only sent with a lease in hand.
 *
 * @throws LimitExceededError or RequestExceedsLimitError before anything is sent.
 */
export function admitStage(admission: Admission, askOf: AskOf): Stage {
  return async (call, next) => {
    const asked = askOf(call);
    const ask = isPending(asked) ? await asked : asked;
    if (ask === null) return next(call);
    const entered = admission.enter(call, ask);
    const held = 'then' in entered ? await entered : entered;
    const letGo = call.holdAttempts(held);
    try {
      return await next(call);
    } finally {
      letGo();
      held.returnUnused();
    }
  };
}
