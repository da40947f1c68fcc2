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
    const held = await enter(admission, askOf, call);
    if (held === null) return next(call);
    const letGo = call.holdAttempts(held);
    try {
      return await next(call);
    } finally {
      letGo();
      held.returnUnused();
    }
  };
}

/** A call that a budget cannot pay may ask for less, each time less than before. `null` where nothing is limited. */
async function enter(admission: Admission, askOf: AskOf, call: Call): Promise<AttemptLease | null> {
  for (;;) {
    const asked = askOf(call);
    const ask = isPending(asked) ? await asked : asked;
    if (ask === null) return null;
    try {
      const entered = admission.enter(call, ask);
      return 'then' in entered ? await entered : entered;
    } catch (error) {
      if (!(error instanceof SpentDenial) || ask.relent === undefined) throw error;
      ask.relent(error.denial);
    }
  }
}
