import { Inject, Injectable } from '@nestjs/common';
import type { ClaudeRuntime } from '../claude.runtime.js';
import { CLAUDE_RUNTIME } from '../claude.tokens.js';
import { CallTotals, type ClaudeMetricsSummary } from './call-totals.js';

/** How calls of this module instance have gone, in numbers. For Prometheus see `nestjs-claude/metrics`. */
@Injectable()
export class ClaudeMetricsService {
  /** Internal: what tells its tokens from those of other services. */
  static readonly tokenKey = 'metrics';

  readonly #runtime: ClaudeRuntime;
  readonly #totals = new CallTotals();

  constructor(@Inject(CLAUDE_RUNTIME) runtime: object) {
    this.#runtime = runtime as ClaudeRuntime;
    this.#runtime.observers.observe('summary', (record) => this.#totals.add(record));
  }

  /** All calls that have ended since the start. Each is in it once its record is. */
  getSummary(): ClaudeMetricsSummary {
    return this.#totals.summary();
  }

  /** How many calls are under way, streams being read included. */
  get activeCalls(): number {
    return this.#runtime.liveCalls.size;
  }

  /** How often each observer of calls (metrics, logs) failed, by its name. None of that ever reaches a call. */
  get observerFailures(): ReadonlyMap<string, number> {
    return this.#runtime.observers.failures;
  }
}
