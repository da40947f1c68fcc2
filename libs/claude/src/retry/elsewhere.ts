import type { Call } from '../call/call.js';
import type { FailureMeaning } from '../errors/failure-meaning.js';

/** Whether there is anywhere else to go. */
export interface Elsewhere {
  /** Whether a call that failed, or was turned away, where it was could go to another endpoint. */
  hasOther(call: Call, meaning: FailureMeaning): boolean;
  /** Lets its next attempt go there. */
  leave(call: Call, meaning: FailureMeaning): void;
}

/** With one endpoint there is not. */
export const NOWHERE_ELSE: Elsewhere = Object.freeze({ hasOther: () => false, leave: () => undefined });
