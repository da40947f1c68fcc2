import type { Call } from '../call/call.js';
import type { Stage } from '../call/stage.js';
import type { Admission } from './admission.js';
import type { Awaitable } from './admission-store.js';
import type { AttemptAsk } from './attempt-ask.js';
import type { AttemptLease } from './attempt-lease.js';
import { SpentDenial } from './limit-refusal.js';
import { isPending } from './turnstile.js';

/** Says what an attempt of a call asks for; `null` where nothing is limited. */
export type AskOf = (call: Call) => Awaitable<AttemptAsk | null>;

/**
 * Lets an attempt through when its limits have enough for it, and holds what it was granted until its end. A request is
 * only sent with a lease in hand.
 *
 * @throws LimitExceededError, RequestExceedsLimitError or BudgetExceededError before anything is sent.
 */
export function admitStage(admission: Admission, askOf: AskOf): Stage {
  return async (call, next) => {
    const entered = enter(admission, askOf, call);
    const held = isPending(entered) ? await entered : entered;
    if (held === null) return next(call);
    call.listeners.add(held);
    try {
      return await next(call);
    } finally {
      call.listeners.remove(held);
      held.returnUnused();
    }
  };
}

/** At once where nothing has to be waited for. `null` where nothing is limited. */
function enter(admission: Admission, askOf: AskOf, call: Call): Awaitable<AttemptLease | null> {
  const enterWith = (ask: AttemptAsk | null): Awaitable<AttemptLease | null> => {
    if (ask === null) return null;
    const askForLess = (error: unknown): Awaitable<AttemptLease | null> => {
      if (!(error instanceof SpentDenial) || ask.relent === undefined) throw error;
      ask.relent(error.denial);
      return enter(admission, askOf, call);
    };
    try {
      const entered = admission.enter(call, ask);
      return isPending(entered) ? entered.then(undefined, askForLess) : entered;
    } catch (error) {
      return askForLess(error);
    }
  };
  const asked = askOf(call);
  return isPending(asked) ? asked.then(enterWith) : enterWith(asked);
}
