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
  return async (call, next) => {
    if (!optimizer.concerns(call)) return next(call);
    const watch = new AnswerWatch(call, optimizer.learn);
    const letGo = call.holdAttempts(watch);
    try {
      const optimization = await begun(call, optimizer);
      if (call.interruption) throw call.interruption();
      if (optimization === null) return await next(call);
      return await answered(call, next, optimization, watch);
    } finally {
      letGo();
    }
  };
}

/** @returns `null` where the call is sent as it is. */
async function begun(call: Call, optimizer: Optimizer): Promise<Optimization | null> {
  const optimization = await call.within(optimizer.of(call));
  if (optimization === null) return null;
  if (optimizer.dryRun) {
    call.optimization = optimization;
    return null;
  }
  if (!optimization.begin()) return null;
  call.optimization = optimization;
  return optimization;
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
