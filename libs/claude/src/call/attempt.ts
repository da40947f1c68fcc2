import type { AttemptListener } from './attempt-listener.js';
import { DeadlineExceededError, type PartialStream } from '../errors/errors.js';
import type { LiveKey } from '../keys/live-key.js';
import type { Call } from './call.js';
import type { Clock, Timer } from './clock.js';
import type { Cost } from './cost.js';
import type { Endpoint } from './endpoint.js';
import type { FailureSummary } from './outcome.js';
import { retryAfterMs } from './retry-after.js';
import type { AttemptRecord } from './record.js';
import type { Usage } from './usage.js';
import { WireSignal } from './wire-signal.js';

export type { AttemptListener } from './attempt-listener.js';

/** Why an attempt that took too long was ended, as the reason of its abort signal. */
export class AttemptTimeoutError extends Error {
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
  /** Milliseconds the server asked to wait. */
  retryAfterMs: number | null = null;
  /** Headers of an answer that is an error; `null` for any other. */
  errorHeaders: Headers | null = null;
  /** Milliseconds it waited for limits before it began. */
  queuedMs = 0;
  /** The most it can cost, as budgets hold it, in whole nano-dollars; `null` where none pays for it. */
  reservedNanoUsd: number | null = null;
  /** Whether the wait the server asked for is kept where the next attempt asks for its limits. */
  waitIsKept = false;
  /** Whether its failure left the circuit open, so that the next attempt must go elsewhere or not at all. */
  circuitOpen = false;
  /** What it used or may have used; `null` while it runs, and when it cannot have cost anything. */
  usage: Usage | null = null;
  /** How it failed; `null` while it runs, and when it succeeded. */
  failure: FailureSummary | null = null;
  /** What it was thrown away with; `undefined` while it runs, and when it gave an answer. */
  error: unknown = undefined;
  /** What had arrived of its stream when that failed after output was given. */
  partial: PartialStream | null = null;
  /** Tells the text of its answer, as far as it came; `null` while there is none, and where it is no message. */
  answer: (() => string) | null = null;
  /** Whether the caller ended it, so that it says nothing about the service. */
  abandoned = false;
  /** The key it carries; `null` before that is known, and where the credentials are not the endpoint's. */
  key: LiveKey | null = null;
  /** Whether it shows if the key is taken again; what began before it was refused tells nothing. */
  triesKey = false;
  /** The model it asks; `null` where the operation has none. */
  readonly model: string | null;

  #sent = false;
  readonly #wire = new WireSignal();
  #controller: AbortController | null = null;
  readonly #startedAt: number;
  readonly #startedAtWallMs: number;
  #cost: Cost | null = null;
  #endedAt: number | null = null;
  #timer: Timer | null;

  constructor(
    private readonly call: Call,
    readonly number: number,
    readonly endpoint: Endpoint,
    private readonly clock: Clock,
    private readonly listeners: AttemptListener[],
  ) {
    this.#startedAt = clock.now();
    this.#startedAtWallMs = clock.wall();
    this.model = call.effectiveModel;
    const { leftMs, attemptTimeoutMs } = call;
    this.#timer = leftMs <= attemptTimeoutMs ? this.#untilDeadline(leftMs) : this.#untilTimeout(attemptTimeoutMs);
    for (const listener of listeners) listener.attemptBegan?.(this);
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

  /** Whether the request was handed to the transport: an error from before that is none of the network's. */
  get sent(): boolean {
    return this.#sent;
  }

  /** Whether its end has been noted. */
  get ended(): boolean {
    return this.#endedAt !== null;
  }

  /** Milliseconds since the attempt began, or those it took once it has ended. */
  get elapsedMs(): number {
    return (this.#endedAt ?? this.clock.now()) - this.#startedAt;
  }

  /** What it cost, at the prices of when it began; `null` while it runs, without usage, and where costs are not tracked. */
  get cost(): Cost | null {
    if (this.#cost !== null || this.usage === null) return this.#cost;
    this.#cost = this.call.price?.(this.model, this.usage, this.#startedAtWallMs) ?? null;
    return this.#cost;
  }

  /** The request is on its way. */
  markSent(): void {
    this.#sent = true;
    for (const listener of this.listeners) listener.attemptSent?.(this);
  }

  /** An answer has begun. */
  answered(response: Response): void {
    this.status = response.status;
    // AWS has a name of its own for it.
    this.requestId = response.headers.get('request-id') ?? response.headers.get('x-amzn-requestid');
    if (!response.ok) {
      this.errorHeaders = response.headers;
      this.retryAfterMs = retryAfterMs(response.headers, this.clock.wall());
    }
    for (const listener of this.listeners) listener.attemptAnswered?.(this, response.headers);
  }

  /** A stream has told what input it counted. */
  tellInput(usage: Usage): void {
    for (const listener of this.listeners) listener.inputKnown?.(this, usage);
  }

  /** The answer is JSON, and this is its value. */
  tellJson(value: unknown): void {
    for (const listener of this.listeners) listener.jsonKnown?.(this, value);
  }

  /** Bytes pass of an answer that is neither JSON nor events. */
  tellBytes(bytes: Uint8Array): void {
    for (const listener of this.listeners) listener.bytesPassed?.(this, bytes);
  }

  /**
   * The answer may be handed out: from here on the attempt's own time limit no longer holds. A deadline the caller set
   * for this very call still does, to the last byte.
   */
  commit(): void {
    for (const listener of this.listeners) listener.attemptCommitted?.(this);
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
    for (const listener of this.listeners) listener.attemptEnded(this);
  }

  /** Notes that the caller ended the exchange: by an abort, by reading no further, or by dropping the answer. */
  abandon(usage: Usage | null): void {
    if (!this.ended) this.abandoned = true;
    this.end(null, usage);
  }

  /** Another attempt begins after this one. */
  followed(): void {
    this.retryDelayMs ??= this.#endedAt === null ? 0 : this.clock.now() - this.#endedAt;
  }

  /** Tells somebody of what is still to come of the exchange; of its end at once when it is over already. */
  follow(listener: AttemptListener): void {
    if (this.ended) listener.attemptEnded(this);
    else this.listeners.push(listener);
  }

  record(callStartedAt: number): AttemptRecord {
    return {
      number: this.number,
      endpoint: this.endpoint.name,
      keyId: this.key?.id ?? null,
      model: this.model,
      startedAfterMs: this.#startedAt - callStartedAt,
      durationMs: this.elapsedMs,
      status: this.status,
      requestId: this.requestId,
      failure: this.failure,
      queuedMs: this.queuedMs,
      retryDelayMs: this.retryDelayMs,
      retryAfterMs: this.retryAfterMs,
      usage: this.usage,
      cost: this.cost,
      reservedNanoUsd: this.reservedNanoUsd,
    };
  }

  #untilDeadline(leftMs: number): Timer {
    const { deadlineMs } = this.call;
    return this.clock.setTimer(() => this.abort(new DeadlineExceededError(deadlineMs)), Math.max(0, leftMs));
  }

  #untilTimeout(limitMs: number): Timer {
    const timer = this.clock.setTimer(() => {
      // After a blocked event loop the answer may be waiting to be read: it goes first.
      setImmediate(() => {
        if (this.#timer === timer) this.#expire(limitMs);
      });
    }, limitMs);
    return timer;
  }

  #expire(limitMs: number): void {
    this.abort(new AttemptTimeoutError(`Attempt ${this.number} timed out after ${limitMs} ms.`));
  }
}
