import { APIUserAbortError, type APIRequest } from '@anthropic-ai/sdk';
import { Attempt } from './attempt.js';
import type { Clock } from './clock.js';
import type { CallContext } from './context.js';
import type { Operation } from './operations/operation.js';
import type { Outcome } from './outcome.js';
import type { CallRecord } from './record.js';
import type { Usage } from './usage.js';

/** What a call is made of when the SDK hands it to us. */
export interface CallInit {
  readonly id: string;
  /** Name of the module instance. */
  readonly instance: string;
  readonly operation: Operation;
  /** The encoded request. Headers may be changed in place. */
  readonly request: APIRequest;
  /** The SDK method's params, or the parsed body of a request given as bytes; `undefined` where there is none. */
  readonly params: unknown;
  readonly stream: boolean;
  readonly context: CallContext;
  /** Whether the endpoint's key goes with it; not when the caller set credentials of its own. */
  readonly usesEndpointKey: boolean;
  /** Whether the request passes code that may need a real `AbortSignal`. */
  readonly needsRealSignal: boolean;
  /** How often the caller wants it tried at the most; `undefined` leaves that to the module's options. */
  readonly maxAttempts: number | undefined;
  /** Milliseconds one attempt may take until its answer begins; includes the SDK's `timeout` of this call. */
  readonly attemptTimeoutMs: number;
  /** Milliseconds the call may take until its answer begins. */
  readonly deadlineMs: number;
  /** Sends a request: the rest of the SDK's own chain. */
  readonly transmit: (request: APIRequest) => Promise<Response>;
}

const NO_TAGS: Readonly<Record<string, string>> = Object.freeze({});

/** One invocation of an SDK method, from the request to the last byte of its answer. */
export class Call {
  /** The model asked for; `null` where the operation has none. */
  readonly model: string | null;

  readonly #attempts: Attempt[] = [];
  readonly #startedAtMs: number;
  readonly #startedAt: number;
  #interruption: (() => Error) | null = null;
  #aborted = false;
  #settled = false;
  #onAbort: (() => void) | null = null;
  #onceSettled: (() => void) | null = null;

  constructor(
    private readonly init: CallInit,
    private readonly clock: Clock,
    private readonly onSettled: (call: Call, record: CallRecord) => void,
  ) {
    this.model = modelOf(init.params);
    this.#startedAtMs = clock.wall();
    this.#startedAt = clock.now();
  }

  /** Our own id of the call. */
  get id(): string {
    return this.init.id;
  }

  get operation(): Operation {
    return this.init.operation;
  }

  /** The encoded request. Headers may be changed in place. */
  get request(): APIRequest {
    return this.init.request;
  }

  /** The SDK method's params, or the parsed body of a request given as bytes; `undefined` where there is none. */
  get params(): unknown {
    return this.init.params;
  }

  get stream(): boolean {
    return this.init.stream;
  }

  get context(): CallContext {
    return this.init.context;
  }

  get usesEndpointKey(): boolean {
    return this.init.usesEndpointKey;
  }

  get maxAttempts(): number | undefined {
    return this.init.maxAttempts;
  }

  get attemptTimeoutMs(): number {
    return this.init.attemptTimeoutMs;
  }

  get deadlineMs(): number {
    return this.init.deadlineMs;
  }

  /** Milliseconds left until an answer must have begun; negative once it is too late. */
  get leftMs(): number {
    return this.init.deadlineMs - this.elapsedMs;
  }

  /** Milliseconds since the call began. */
  get elapsedMs(): number {
    return this.clock.now() - this.#startedAt;
  }

  /** Makes the error with which the call must end, when the caller or a shutdown has called it off; else `null`. */
  get interruption(): (() => Error) | null {
    return this.#interruption;
  }

  /** Whether the request passes code that may need a real `AbortSignal`. */
  get needsRealSignal(): boolean {
    return this.init.needsRealSignal;
  }

  /** Whether the caller has called it off. */
  get aborted(): boolean {
    return this.#aborted;
  }

  /** Whether its record has been written. */
  get settled(): boolean {
    return this.#settled;
  }

  /** The attempt under way, or the last one. */
  get attempt(): Attempt | undefined {
    return this.#attempts.at(-1);
  }

  get attemptCount(): number {
    return this.#attempts.length;
  }

  /** Starts the next attempt. Whoever starts it sees to its end. */
  beginAttempt(endpoint: string): Attempt {
    const attempt = new Attempt(this, this.#attempts.length + 1, endpoint, this.clock);
    this.#attempts.push(attempt);
    return attempt;
  }

  /** Sends the request through the rest of the SDK's own chain, to end with the attempt. */
  transmit(attempt: Attempt): Promise<Response> {
    // What our own transport asks of a signal is all that this one has to have.
    const signal = this.init.needsRealSignal ? attempt.signal : (attempt.wireSignal as unknown as AbortSignal);
    return this.init.transmit({ ...this.init.request, signal });
  }

  /** The caller calls it off: whatever is under way ends at once. */
  abort(): void {
    if (this.#interruption) return;
    this.#aborted = true;
    // Its reader ends as with the SDK alone, which knows an abort by this name.
    this.#interrupt(() => new APIUserAbortError(), new DOMException('The call was aborted.', 'AbortError'));
  }

  /** A shutdown ends it: whatever is under way fails at once, a stream for its reader too. */
  terminate(makeError: () => Error): void {
    if (!this.#interruption) this.#interrupt(makeError, makeError());
  }

  /** Waits, at most until the caller calls the call off. Leaves no timer and no listener behind. */
  sleep(delayMs: number): Promise<void> {
    if (this.#interruption) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = this.clock.setTimer(
        () => {
          this.#onAbort = null;
          resolve();
        },
        delayMs,
        true,
      );
      this.#onAbort = () => {
        this.#onAbort = null;
        timer.cancel();
        resolve();
      };
    });
  }

  /** Calls back when the call is settled, for what is held only as long. One callback a call. */
  onceSettled(callback: () => void): void {
    this.#onceSettled = callback;
  }

  /** Ends the call, whatever happened. Only the first ending counts. */
  settle(outcome: Outcome, usage: Usage | null): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#onceSettled?.();
    this.onSettled(this, this.#record(outcome, usage));
  }

  #interrupt(makeError: () => Error, reason: Error): void {
    this.#interruption = makeError;
    this.#onAbort?.();
    this.attempt?.abort(reason);
  }

  #record(outcome: Outcome, usage: Usage | null): CallRecord {
    const { id, instance, operation, stream } = this.init;
    const { user, tags, priority, requestType } = this.init.context;
    const { attempt } = this;
    return {
      id,
      instance,
      operation: operation.name,
      model: this.model,
      stream,
      startedAtMs: this.#startedAtMs,
      durationMs: this.elapsedMs,
      timeToFirstEventMs: attempt?.timeToFirstEventMs ?? null,
      outcome,
      status: attempt?.status ?? null,
      requestId: attempt?.requestId ?? null,
      usage,
      attempts: this.#attempts.map((each) => each.record(this.#startedAt)),
      user: user ?? null,
      tags: tags ?? NO_TAGS,
      priority: priority ?? 'normal',
      requestType: requestType ?? null,
    };
  }
}

function modelOf(params: unknown): string | null {
  if (typeof params !== 'object' || params === null || !('model' in params)) return null;
  return typeof params.model === 'string' ? params.model : null;
}
