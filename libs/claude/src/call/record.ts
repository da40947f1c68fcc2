import type { CallContext } from './context.js';
import type { Cost } from './cost.js';
import type { OptimizationRecord } from './optimization.js';
import type { InputFinding } from './input-finding.js';
import type { FailureSummary, Outcome } from './outcome.js';
import type { Usage } from './usage.js';

/** One HTTP exchange of a call. */
export interface AttemptRecord {
  /** 1 for the first. */
  readonly number: number;
  readonly endpoint: string;
  /** What its API key is called, never the key; `null` where it carried none of the endpoint's, or never got one. */
  readonly keyId: string | null;
  /** The model this attempt asked; another than the call's where a fallback took over. `null` where there is none. */
  readonly model: string | null;
  /** Milliseconds from the start of the call to the start of the attempt. */
  readonly startedAfterMs: number;
  /** Milliseconds until the attempt ended, an answer's body included. */
  readonly durationMs: number;
  /** HTTP status, or the one an error event inside a 200 stream stands for; `null` without an answer. */
  readonly status: number | null;
  /** Anthropic's `request-id`, where an answer carried one. */
  readonly requestId: string | null;
  /** What failed; `null` for an attempt that succeeded, or that the caller ended. */
  readonly failure: FailureSummary | null;
  /** Milliseconds the attempt waited for limits before it began. */
  readonly queuedMs: number;
  /** Milliseconds waited after this attempt before the next one; `null` when none followed. */
  readonly retryDelayMs: number | null;
  /** Milliseconds the server asked to wait; `null` when it asked for nothing. */
  readonly retryAfterMs: number | null;
  /** What this attempt used, or may have used where its outcome is unknown; `null` when it cannot have cost anything. */
  readonly usage: Usage | null;
  /** What that usage costs; `null` without usage, and where costs are not tracked. */
  readonly cost: Cost | null;
  /** What the budgets that pay for it held: the most it could cost, in whole nano-dollars; `null` where no budget does. */
  readonly reservedNanoUsd: number | null;
}

/** What happened, complete: exactly one per call, and never any prompt, answer or key. */
export interface CallRecord {
  /** Our own id of the call. */
  readonly id: string;
  /** Name of the module instance that made it: `default` unless several are registered. */
  readonly instance: string;
  /** The SDK's path to the method, e.g. `beta.messages.create`. */
  readonly operation: string;
  /** The model asked for; `null` where the operation has none. The last attempt tells which one answered. */
  readonly model: string | null;
  readonly stream: boolean;
  /** Wall-clock start, milliseconds since the epoch. */
  readonly startedAtMs: number;
  /** Milliseconds from the start to the end of the answer. */
  readonly durationMs: number;
  /** Milliseconds until the first content event of a stream; `null` for anything else. */
  readonly timeToFirstEventMs: number | null;
  readonly outcome: Outcome;
  /** HTTP status of the attempt that decided the call, which is the last one but for a fallback that did not suit. */
  readonly status: number | null;
  /** Anthropic's `request-id` of that attempt. */
  readonly requestId: string | null;
  /** Usage of that attempt; `null` where the operation has none, or nothing can have been used. */
  readonly usage: Usage | null;
  /** What `max_tokens` was lowered to, so that a budget could pay for the call; `null` where it was sent as asked. */
  readonly maxTokensLoweredTo: number | null;
  /** What cost optimization changed, or would have changed, and what it saved; `null` where it left the call alone. */
  readonly optimization: OptimizationRecord | null;
  /** What the sanitizer found in the request, twenty findings at the most; what it only logs is none. Never any text. */
  readonly findings: readonly InputFinding[];
  /** What all attempts of the call cost together, in whole nano-dollars; `null` where costs are not tracked. */
  readonly costNanoUsd: number | null;
  /** The exchanges in order; empty when the call was refused or answered before any was made. */
  readonly attempts: readonly AttemptRecord[];
  /** Whether a further attempt was called for, and the retry budget had none left. */
  readonly retryBudgetExhausted: boolean;
  readonly user: string | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly priority: NonNullable<CallContext['priority']>;
  readonly requestType: string | null;
  /** What the call is found by in other logs, as its context says. */
  readonly correlationId: string | null;
  /** The trace it is part of, as OpenTelemetry has it: 32 hex digits; `null` where nothing is traced. */
  readonly traceId: string | null;
  /** The span in that trace that is the call, or is around it: 16 hex digits. */
  readonly spanId: string | null;
  /** Whether that trace is kept, as its flags say. */
  readonly traceSampled: boolean;
}
