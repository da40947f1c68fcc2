import type { CallRecord } from '../call/record.js';
import { billedTokens, type TokenUsage } from '../call/usage.js';
import { nanoToUsd } from '../cost/pricing/money.js';

/** What calls came to since the module started. Plain data. */
export interface ClaudeMetricsSummary {
  /** Calls that have ended, however they did. */
  readonly requests: number;
  readonly successes: number;
  /** Calls that the API, the network or the answer itself failed. */
  readonly failures: number;
  /** Calls that this module turned away before anything was sent. */
  readonly refusals: number;
  /** Calls whose caller went away. */
  readonly abandoned: number;
  /** What all attempts of all calls used, each token in one kind. */
  readonly tokens: TokenUsage & { readonly totalTokens: number };
  /** Milliseconds from the start of a call to the end of its answer, of those that were not refused; 0 without any. */
  readonly averageLatencyMs: number;
  /** Successes among successes and failures, 0 to 1; `null` as long as there are neither. */
  readonly successRate: number | null;
  /** US dollars; 0 with `cost: false`. */
  readonly costUsd: number;
}

/** The running sums behind a summary. */
export class CallTotals {
  readonly #outcomes = { succeeded: 0, failed: 0, refused: 0, abandoned: 0 };
  readonly #tokens = {
    inputTokens: 0,
    cacheReadTokens: 0,
    cacheWrite5mTokens: 0,
    cacheWrite1hTokens: 0,
    outputTokens: 0,
  };
  #latencyMs = 0;
  #costNanoUsd = 0;

  add({ outcome, durationMs, costNanoUsd, attempts }: CallRecord): void {
    this.#outcomes[outcome.kind] += 1;
    if (outcome.kind !== 'refused') this.#latencyMs += durationMs;
    this.#costNanoUsd += costNanoUsd ?? 0;
    for (const { usage } of attempts) if (usage !== null) this.#use(billedTokens(usage));
  }

  summary(): ClaudeMetricsSummary {
    const { succeeded: successes, failed: failures, refused: refusals, abandoned } = this.#outcomes;
    const sent = successes + failures + abandoned;
    const totalTokens = Object.values(this.#tokens).reduce((sum, tokens) => sum + tokens, 0);
    return {
      requests: sent + refusals,
      successes,
      failures,
      refusals,
      abandoned,
      tokens: { ...this.#tokens, totalTokens },
      averageLatencyMs: sent === 0 ? 0 : this.#latencyMs / sent,
      successRate: successes + failures === 0 ? null : successes / (successes + failures),
      costUsd: nanoToUsd(this.#costNanoUsd),
    };
  }

  #use(used: TokenUsage): void {
    this.#tokens.inputTokens += used.inputTokens;
    this.#tokens.cacheReadTokens += used.cacheReadTokens;
    this.#tokens.cacheWrite5mTokens += used.cacheWrite5mTokens;
    this.#tokens.cacheWrite1hTokens += used.cacheWrite1hTokens;
    this.#tokens.outputTokens += used.outputTokens;
  }
}
