import type { Call } from './call.js';

/** The rest of the pipeline, ending with the answer's first bytes that may be handed out. */
export type NextStage = (call: Call) => Promise<Response>;

/**
 * One step every call passes on its way out and its answer on the way back. It may do work before, after or around
 * `next`, answer by itself, call `next` again, or throw a refusal. What stands outside retry runs once a call, what
 * stands inside runs once an attempt.
 */
export type Stage = (call: Call, next: NextStage) => Promise<Response>;

/** Chains stages; the first is the outermost. Composed once, so that a call allocates nothing for it. */
export function composeStages(stages: readonly Stage[], last: NextStage): NextStage {
  return stages.reduceRight<NextStage>((next, stage) => (call) => stage(call, next), last);
}
