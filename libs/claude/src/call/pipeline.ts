import { composeStages, type NextStage, type Stage } from './stage.js';

/**
 * The places of the pipeline, outermost first. A place whose room is switched off, or not built yet, is simply empty;
 * stages of the user's own can still stand before or after it.
 */
export const STAGE_ORDER = [
  // Once a call, before anything is estimated or paid for: what is sent must be clean.
  'sanitize',
  // Once a call, after cleaning and before any attempt: every attempt sends the same, optimized request.
  'optimize',
  // Follows message batches: what one cost is told when its results are read, in a call of their own.
  'batches',
  // Everything inside runs once an attempt.
  'retry',
  // Picks the endpoint of the attempt: limits and circuits belong to an endpoint, so it must be known first.
  'route',
  // Turns away what has no price, before anything is held for it.
  'price',
  // Claims limits and budgets for the attempt on that endpoint; may wait.
  'admit',
  // After the wait, just before sending: a permit of a half-open circuit must not be held while queueing.
  'circuit',
  // The HTTP exchange, with the tap on its answer.
  'send',
] as const;

/** A place in the pipeline. */
export type StageName = (typeof STAGE_ORDER)[number];

/** A stage of the user's own and where it stands: right before or right after a place. */
export type StageInsertion =
  | { readonly before: StageName; readonly after?: never; readonly use: Stage }
  | { readonly after: Exclude<StageName, 'send'>; readonly before?: never; readonly use: Stage };

/** The stages of our own that are switched on, by place. */
export type OwnStages = Partial<Record<Exclude<StageName, 'send'>, Stage>> & { readonly send: NextStage };

/** Builds the one function every call runs through. */
export function buildPipeline(own: OwnStages, insertions: readonly StageInsertion[]): NextStage {
  const { send, ...rest } = own;
  const chain: Stage[] = [];
  for (const name of STAGE_ORDER) {
    chain.push(...insertions.filter(({ before }) => before === name).map(({ use }) => use));
    const stage = name === 'send' ? undefined : rest[name];
    if (stage) chain.push(stage);
    chain.push(...insertions.filter(({ after }) => after === name).map(({ use }) => use));
  }
  return composeStages(chain, send);
}
