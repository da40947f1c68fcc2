import type { ExecutionContext } from '@nestjs/common';
import type { CallingWork } from '../call/calling-work.js';
import type { Clock } from '../call/clock.js';
import type { CallContext } from '../call/context.js';
import type { CallRecord } from '../call/record.js';
import type { HandlerOutcome, HandlerSummary } from './handler-fields.js';
import { addTokens, NO_TOKENS, spentTokens } from './spent-tokens.js';

/** What is known of a handler before it runs. */
export interface HandlerStart {
  readonly execution: ExecutionContext;
  readonly instance: string;
  readonly context: CallContext;
  readonly traceId: string | null;
  readonly clock: Clock;
  /** Hears of it once, when it and all its calls are over; of one that made no call, never. */
  readonly onOver: (summary: HandlerSummary) => void;
}

/**
 * The work of one handler: the sum of what its calls cost. It is over when its answer is complete and the last of its calls
 * has ended, and holds nothing but these sums until then.
 */
export class HandlerWork implements CallingWork {
  readonly #start: Omit<HandlerStart, 'execution'>;
  readonly #names: Pick<HandlerSummary, 'handler' | 'contextType'>;
  /** Let go of when the handler ends: a call that nobody reads may outlive it by far. */
  #execution: ExecutionContext | null;
  readonly #startedAt: number;
  readonly #startedAtMs: number;
  readonly #outcomes = { succeeded: 0, failed: 0, refused: 0, abandoned: 0 };
  #tokens = NO_TOKENS;
  #attempts = 0;
  #claudeMs = 0;
  #costNanoUsd: number | null = 0;
  #underWay = 0;
  #end: Pick<HandlerSummary, 'outcome' | 'errorClass' | 'durationMs'> | null = null;
  #isOver = false;

  constructor({ execution, ...start }: HandlerStart) {
    this.#start = start;
    this.#execution = execution;
    this.#names = {
      handler: `${execution.getClass().name}.${execution.getHandler().name}`,
      contextType: execution.getType<string>(),
    };
    this.#startedAt = start.clock.now();
    this.#startedAtMs = start.clock.wall();
  }

  /** Whether it is this very execution of a handler, which an interceptor that is bound twice meets again. */
  isOf(execution: ExecutionContext): boolean {
    return this.#execution === execution;
  }

  callBegan(): void {
    this.#underWay += 1;
  }

  callEnded(record: CallRecord): void {
    this.#underWay -= 1;
    this.#outcomes[record.outcome.kind] += 1;
    this.#tokens = addTokens(this.#tokens, spentTokens(record) ?? NO_TOKENS);
    this.#attempts += record.attempts.length;
    this.#claudeMs += record.durationMs;
    this.#costNanoUsd = record.costNanoUsd === null ? null : (this.#costNanoUsd ?? 0) + record.costNanoUsd;
    this.#tellIfOver();
  }

  /** Its answer is complete, or given up. Only the first ending counts. */
  end(outcome: HandlerOutcome, error?: unknown): void {
    if (this.#end !== null) return;
    this.#execution = null;
    const errorClass = outcome === 'failed' ? classOf(error) : null;
    this.#end = { outcome, errorClass, durationMs: this.#start.clock.now() - this.#startedAt };
    this.#tellIfOver();
  }

  #tellIfOver(): void {
    if (this.#end === null || this.#underWay > 0 || this.#isOver) return;
    this.#isOver = true;
    const { succeeded, failed, refused, abandoned } = this.#outcomes;
    const calls = succeeded + failed + refused + abandoned;
    if (calls === 0) return;
    const { instance, context, traceId, onOver } = this.#start;
    onOver({
      ...this.#names,
      instance,
      correlationId: context.correlationId ?? null,
      traceId,
      startedAtMs: this.#startedAtMs,
      ...this.#end,
      calls,
      failedCalls: failed,
      refusedCalls: refused,
      abandonedCalls: abandoned,
      attempts: this.#attempts,
      claudeMs: this.#claudeMs,
      costNanoUsd: this.#costNanoUsd,
      user: context.user ?? null,
      tags: context.tags ?? {},
      ...this.#tokens,
    });
  }
}

function classOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
