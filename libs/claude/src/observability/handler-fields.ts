import type { TokenUsage } from '../call/usage.js';
import { cleared, clearedId, clearedTags, fillFields, tenths, type Clear, type LineField } from './line-fields.js';

/** How the work of a handler ended: `abandoned` when whoever asked for its stream left before its end. */
export type HandlerOutcome = 'succeeded' | 'failed' | 'abandoned';

/** What a handler did with Claude. */
export interface HandlerSummary extends TokenUsage {
  /** Class and method. */
  readonly handler: string;
  /** `http`, `graphql`, `ws` or `rpc`. */
  readonly contextType: string;
  readonly instance: string;
  readonly correlationId: string | null;
  readonly traceId: string | null;
  readonly startedAtMs: number;
  readonly outcome: HandlerOutcome;
  /** Name of the class of the error it ended with. */
  readonly errorClass: string | null;
  /** Until its answer was complete. */
  readonly durationMs: number;
  readonly calls: number;
  readonly failedCalls: number;
  readonly refusedCalls: number;
  readonly abandonedCalls: number;
  readonly attempts: number;
  /** The time its calls took, added up. Calls side by side may come to more than the handler took. */
  readonly claudeMs: number;
  /** `null` where costs are not tracked. */
  readonly costNanoUsd: number | null;
  readonly user: string | null;
  readonly tags: Readonly<Record<string, string>>;
}

const FIELDS = {
  msg: ({ outcome }) => `Claude handler ${outcome}`,
  handler: ({ handler }) => handler,
  contextType: ({ contextType }) => contextType,
  instance: ({ instance }) => instance,
  correlationId: ({ correlationId }, clear) => clearedId(correlationId, clear),
  traceId: ({ traceId }) => traceId,
  startedAt: ({ startedAtMs }) => new Date(startedAtMs).toISOString(),
  outcome: ({ outcome }) => outcome,
  errorClass: ({ errorClass }, clear) => cleared(errorClass, clear),
  durationMs: ({ durationMs }) => tenths(durationMs),
  calls: ({ calls }) => calls,
  failedCalls: ({ failedCalls }) => failedCalls || null,
  refusedCalls: ({ refusedCalls }) => refusedCalls || null,
  abandonedCalls: ({ abandonedCalls }) => abandonedCalls || null,
  attempts: ({ attempts }) => attempts,
  claudeMs: ({ claudeMs }) => tenths(claudeMs),
  inputTokens: ({ inputTokens }) => inputTokens,
  cacheReadTokens: ({ cacheReadTokens }) => cacheReadTokens || null,
  cacheWrite5mTokens: ({ cacheWrite5mTokens }) => cacheWrite5mTokens || null,
  cacheWrite1hTokens: ({ cacheWrite1hTokens }) => cacheWrite1hTokens || null,
  outputTokens: ({ outputTokens }) => outputTokens,
  costUsd: ({ costNanoUsd }) => (costNanoUsd === null ? null : costNanoUsd / 1e9),
  user: ({ user }, clear) => cleared(user, clear),
  tags: ({ tags }, clear) => clearedTags(tags, clear),
} as const satisfies Readonly<Record<string, LineField<HandlerSummary>>>;

const ENTRIES: readonly (readonly [string, LineField<HandlerSummary>])[] = Object.entries(FIELDS);

/** Names of all fields of a handler's line. */
export const HANDLER_FIELD_NAMES: readonly string[] = Object.keys(FIELDS);

/** Puts the fields of a handler on its line. Those that say nothing are left out. */
export function fillHandlerFields(line: object, summary: HandlerSummary, clear: Clear): void {
  fillFields(line, ENTRIES, summary, clear);
}
