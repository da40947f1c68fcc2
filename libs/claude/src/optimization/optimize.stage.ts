import { isPending } from '../admission/turnstile.js';
import type { Call } from '../call/call.js';
import type { NextStage, Stage } from '../call/stage.js';
import { AnswerWatch } from './answer-watch.js';
import type { Optimization } from './optimization.js';
import type { Optimizer } from './optimizer.js';

/**
 * Changes a call once, before any attempt. What is inside runs once more, with all its attempts, in two cases: the API turned
 * the changed request away, or the answer was cut short by a `max_tokens` that was lowered here.
 */
export function optimizeStage(optimizer: Optimizer): Stage {
  return (call, next) => (optimizer.concerns(call) ? optimized(call, next, optimizer) : next(call));
}

async function optimized(call: Call, next: NextStage, optimizer: Optimizer): Promise<Response> {
  const watch = new AnswerWatch(call, optimizer.learn);
  call.listeners.add(watch);
  try {
    const planned = optimizer.of(call);
    // Only what takes time may be called off meanwhile, or take too long.
    const optimization = isPending(planned) ? await call.within(Promise.resolve(planned)) : planned;
    if (call.interruption) throw call.interruption();
    if (optimization === null || !begun(call, optimization, optimizer.dryRun)) return await next(call);
    return await answered(call, next, optimization, watch);
  } finally {
    call.listeners.remove(watch);
  }
}

/** Whether the call is sent otherwise than asked. */
function begun(call: Call, optimization: Optimization, dryRun: boolean): boolean {
  if (!dryRun && !optimization.begin()) return false;
  call.optimization = optimization;
  return !dryRun;
}

async function answered(
  call: Call,
  next: NextStage,
  optimization: Optimization,
  watch: AnswerWatch,
): Promise<Response> {
  const answer = await next(call);
  if (!answer.ok) {
    if (!optimization.wasRejected()) return answer;
    optimization.takeBack();
    return next(call);
  }
  if (!optimization.wasCutShort(watch.stopReason)) return answer;
  optimization.allowFullAnswer();
  return next(call);
}
