import { rewritten } from '../call/call-request.js';
import type { Call } from '../call/call.js';
import type { NextStage, Stage } from '../call/stage.js';
import { toError } from '../errors/error-cause.js';
import { DeadlineExceededError } from '../errors/errors.js';
import type { SanitizedInput, Sanitizer } from './sanitizer.js';

const REQUEST = { as: 'request' } as const;

/**
 * Looks at what a call is about to send, once, before anything is estimated or paid for. A request that nothing is taken
 * out of goes on with the bytes it came with.
 *
 * @throws InputBlockedError before anything is sent.
 */
export function sanitizeStage(sanitizer: Sanitizer): Stage {
  return (call, next) => {
    if (typeof call.params !== 'object' || call.params === null) return next(call);
    if (sanitizer.asksDetectors) return judged(call, sanitizer).then((input) => pass(call, input, next));
    try {
      return pass(call, sanitizer.inspect(call.params, REQUEST), next);
    } catch (error) {
      return Promise.reject(toError(error));
    }
  };
}

/** @throws InputBlockedError */
function pass(call: Call, input: SanitizedInput, next: NextStage): Promise<Response> {
  call.findings = input.findings;
  if (input.refusal !== null) throw input.refusal;
  // What is sent is the encoded body, so that is what is cleaned.
  if (input.changed) clean(call, input.repeat);
  return next(call);
}

/** Detectors take time, and whoever waits for them may be called off. */
async function judged(call: Call, sanitizer: Sanitizer): Promise<SanitizedInput> {
  const input = await call.within(sanitizer.judge(call.params, REQUEST));
  if (input !== null) return input;
  throw call.interruption?.() ?? new DeadlineExceededError(call.deadlineMs);
}

/** What is sent is cleaned from the bytes that would be, whatever the params given beside them say. */
function clean(call: Call, repeat: (params: unknown) => unknown): void {
  const cleaned = rewritten(call.request.body, repeat);
  if (cleaned !== null) call.replace(cleaned);
}
