import type { Clock } from '../../call/clock.js';
import type { CallRecord } from '../../call/record.js';
import { RollingWindow } from '../../circuit/rolling-window.js';
import type { FailureKind } from '../../errors/failure-meaning.js';
import { PROBE_REQUEST_TYPE } from '../active-probe.js';
import type { SuccessRateHealth } from '../health-report.js';
import type { SuccessRateOptions } from '../health.options.js';

/** How the latest calls ended, kept in sums. */
export class SuccessRateRule {
  readonly #window: RollingWindow;
  #lastSuccessAtMs: number | null = null;
  #lastFailure: { readonly kind: FailureKind; readonly atMs: number } | null = null;

  constructor(
    private readonly settings: Required<SuccessRateOptions>,
    private readonly clock: Clock,
  ) {
    this.#window = new RollingWindow(settings.windowMs, clock.now());
  }

  /** Takes note of a call. Refusals of ours, abandoned calls and mistakes of the caller say nothing; nor does the probe here. */
  hear({ outcome, requestType }: CallRecord): void {
    if (requestType === PROBE_REQUEST_TYPE) return;
    const nowMs = this.clock.now();
    if (outcome.kind === 'succeeded') {
      this.#lastSuccessAtMs = nowMs;
      this.#window.record(nowMs, false, false);
    } else if (outcome.kind === 'failed' && outcome.error.meaning.fault !== 'caller') {
      this.#lastFailure = { kind: outcome.error.meaning.kind, atMs: nowMs };
      this.#window.record(nowMs, true, false);
    }
  }

  look(): SuccessRateHealth {
    const nowMs = this.clock.now();
    this.#window.advance(nowMs);
    const { calls, failures } = this.#window;
    const rate = calls < this.settings.minimumNumberOfCalls ? null : (calls - failures) / calls;
    const failure = this.#lastFailure;
    return {
      status: rate !== null && rate < this.settings.threshold ? 'degraded' : 'up',
      calls,
      rate,
      lastSuccessAgoMs: this.#lastSuccessAtMs === null ? null : nowMs - this.#lastSuccessAtMs,
      lastFailure: failure === null ? null : { kind: failure.kind, agoMs: nowMs - failure.atMs },
    };
  }
}
