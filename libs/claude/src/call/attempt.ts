import { DeadlineExceededError } from '../errors/errors.js';
import type { Call } from './call.js';
import type { Clock, Timer } from './clock.js';
import type { FailureSummary } from './outcome.js';
import type { AttemptRecord } from './record.js';
import type { Usage } from './usage.js';
import { WireSignal } from './wire-signal.js';

/** Why an attempt that took too long was ended, as the reason of its abort signal. */
class AttemptTimeoutError extends Error {
  override readonly name = 'TimeoutError';
}

/**
 * One HTTP exchange of a call. It owns the abort signal of the exchange and the timer that bounds it: the SDK hands all
 * attempts of a call the one signal, which its own timer spoils for the next attempt.
 */
export class Attempt {
  status: number | null = null;
  requestId: string | null = null;
  timeToFirstEventMs: number | null = null;
  /** Milliseconds waited before the attempt that followed. */
  retryDelayMs: number | null = null;
  /** What it used or may have used; `null` while it runs, and when it cannot have cost anything. */
  usage: Usage | null = null;
  /** How it failed; `null` while it runs, and when it succeeded. */
  failure: FailureSummary | null = null;
  /** What it was thrown away with; `undefined` while it runs, and when it gave an answer. */
  error: unknown = undefined;
  /** Whether the request was handed to the transport: an error from before that is none of the network's. */
  sent = false;

  readonly #wire = new WireSignal();
  #controller: AbortController | null = null;
  readonly #startedAt: number;
  #endedAt: number | null = null;
  #timer: Timer | null;

  constructor(
    private readonly call: Call,
    readonly number: number,
    readonly endpoint: string,
    private readonly clock: Clock,
  ) {
    this.#startedAt = clock.now();
    const { leftMs, attemptTimeoutMs } = call;
    this.#timer =
      leftMs <= attemptTimeoutMs
        ? this.#untilDeadline(leftMs)
        : clock.setTimer(() => this.#expire(attemptTimeoutMs), attemptTimeoutMs);
  }

  /** Aborts when the attempt must end: the caller left, or time is up. */
  get signal(): AbortSignal {
    if (this.#controller === null) {
      this.#controller = new AbortController();
      if (this.#wire.aborted) this.#controller.abort(this.#wire.reason);
    }
    return this.#controller.signal;
  }

  /** The same for our own transport, which needs no real one. */
  get wireSignal(): WireSignal {
    return this.#wire;
  }

  /** Whether its end has been noted. */
  get ended(): boolean {
    return this.#endedAt !== null;
  }

  /** Milliseconds since the attempt began. */
  get elapsedMs(): number {
    return this.clock.now() - this.#startedAt;
  }

  /** An answer has begun. */
  answered(response: Response): void {
    this.status = response.status;
    this.requestId = response.headers.get('request-id');
  }

  /**
   * The answer may be handed out: from here on the attempt's own time limit no longer holds. A deadline the caller set
   * for this very call still does, to the last byte.
   */
  commit(): void {
    // A stream that came in one piece is over already.
    if (this.ended) return;
    this.#timer?.cancel();
    this.#timer = this.call.context.deadlineMs === undefined ? null : this.#untilDeadline(this.call.leftMs);
  }

  /** Ends the exchange, whatever it is doing. The reason is what its reader gets. */
  abort(reason: Error): void {
    this.#wire.abort(reason);
    this.#controller?.abort(reason);
  }

  /**
   * Notes the end of the exchange. Only the first one counts.
   *
   * @param usage What the attempt used or may have used; `null` when it cannot have cost anything.
   */
  end(failure: FailureSummary | null, usage: Usage | null = null): void {
    if (this.ended) return;
    this.#timer?.cancel();
    this.#timer = null;
    this.usage = usage;
    this.failure = failure;
    this.#endedAt = this.clock.now();
  }

  record(callStartedAt: number): AttemptRecord {
    return {
      number: this.number,
      endpoint: this.endpoint,
      startedAfterMs: this.#startedAt - callStartedAt,
      durationMs: (this.#endedAt ?? this.clock.now()) - this.#startedAt,
      status: this.status,
      requestId: this.requestId,
      failure: this.failure,
      retryDelayMs: this.retryDelayMs,
      usage: this.usage,
    };
  }

  #untilDeadline(leftMs: number): Timer {
    const { deadlineMs } = this.call;
    return this.clock.setTimer(() => this.abort(new DeadlineExceededError(deadlineMs)), Math.max(0, leftMs));
  }

  #expire(limitMs: number): void {
    this.abort(new AttemptTimeoutError(`Attempt ${this.number} timed out after ${limitMs} ms.`));
  }
}
