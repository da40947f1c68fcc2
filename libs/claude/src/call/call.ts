import type { APIRequest } from '@anthropic-ai/sdk';
import type { CallFailure, CallFailureSource } from '../errors/call-failure.js';
import { Attempt } from './attempt.js';
import { AttemptListeners } from './attempt-listeners.js';
import type { Clock } from './clock.js';
import { modelOf, type CallInit } from './call-init.js';
import { CallRequest } from './call-request.js';
import type { ReplacedRequest, RequestChanges } from './request-body.js';
import type { CallContext } from './context.js';
import type { PriceUsage } from './cost.js';
import { sendTo, type Endpoint } from './endpoint.js';
import { NO_FINDINGS, type InputFinding } from './input-finding.js';
import { Interruption } from './interruption.js';
import type { Operation } from './operations/operation.js';
import type { CallOptimization } from './optimization.js';
import type { Outcome } from './outcome.js';
import { callFailure, callRecord } from './call-record.js';
import type { CallRecord } from './record.js';
import type { Rostered } from './roster.js';
import type { CallTurn } from './call-turn.js';
import type { Usage } from './usage.js';

/** One invocation of an SDK method, from the request to the last byte of its answer. */
export class Call implements CallFailureSource, Rostered {
  /** Internal: its places among the calls under way and, once it has asked, in the lines for limits. */
  place = -1;
  turn: CallTurn | null = null;
  /** The model asked for; `null` where the operation has none. */
  readonly model: string | null;
  /** Wall-clock start, milliseconds since the epoch. */
  readonly startedAtMs: number;
  /** Where the next attempt goes. */
  endpoint: Endpoint;
  /** Whether a further attempt was called for, and the retry budget had none left. */
  retryBudgetExhausted = false;
  /** Milliseconds the next attempt may wait for its limits; `null` for as long as calls usually may. */
  maxQueueMs: number | null = null;
  /** What `max_tokens` was lowered to, so that a budget can pay; `null` where it stands as asked. */
  maxTokens: number | null = null;
  /** Who changed it to make it cheaper; `null` for nobody. */
  optimization: CallOptimization | null = null;
  /** What the sanitizer found in its request. */
  findings: readonly InputFinding[] = NO_FINDINGS;
  /** Those who hear of the attempts made from now on. */
  readonly listeners = new AttemptListeners();
  #deciding: Attempt | null | undefined = undefined;
  readonly #request: CallRequest;
  #attempts: readonly Attempt[] = [];
  readonly #startedAt: number;
  readonly #interruption = new Interruption();
  #settled = false;
  #onceSettled: (() => void) | null = null;

  constructor(
    /** Internal: what the SDK handed over. */
    readonly init: CallInit,
    private readonly clock: Clock,
    private readonly onSettled: (call: Call, record: CallRecord) => void,
  ) {
    this.model = modelOf(init.params);
    this.endpoint = init.endpoint;
    this.#request = new CallRequest(init);
    this.startedAtMs = clock.wall();
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
    return this.#request.encoded;
  }

  /** The model the next attempt asks: the one asked for, unless a fallback took its place. */
  get effectiveModel(): string | null {
    return this.#request.model;
  }

  /** The SDK method's params, or the parsed body of a request given as bytes, or what replaced them; `undefined` for none. */
  get params(): unknown {
    return this.#request.params;
  }

  /** Its whole input in tokens as it is guessed here, for the model that is asked. Worked out once. */
  get countedTokens(): number {
    return this.#request.countedTokens;
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
    return this.#interruption.makeError;
  }

  /** Whether the caller has called it off. */
  get aborted(): boolean {
    return this.#interruption.isByCaller;
  }

  /** Says what its attempts cost; `null` where costs are not tracked. */
  get price(): PriceUsage | null {
    return this.init.price;
  }

  /** Whether its record has been written. */
  get settled(): boolean {
    return this.#settled;
  }

  /** The attempt under way, or the last one. */
  get attempt(): Attempt | undefined {
    return this.#attempts.at(-1);
  }

  /** The attempt whose ending is the call's; `undefined` when none was made, or none of them is. */
  get deciding(): Attempt | undefined {
    return this.#deciding === undefined ? this.attempt : (this.#deciding ?? undefined);
  }

  /** Says whose ending is the call's: an attempt's, that of none (`null`), or the last one's (`undefined`, at first). */
  decideBy(attempt: Attempt | null | undefined): void {
    this.#deciding = attempt;
  }

  get attemptCount(): number {
    return this.#attempts.length;
  }

  /** Starts the next attempt. Whoever starts it sees to its end. */
  beginAttempt(): Attempt {
    this.attempt?.followed();
    const listeners = this.listeners.with(this.endpoint.listener);
    const attempt = new Attempt(this, this.#attempts.length + 1, this.endpoint, this.clock, listeners);
    // There is hardly ever a second one, and a list that has grown keeps room for seventeen.
    this.#attempts = [...this.#attempts, attempt];
    return attempt;
  }

  /**
   * Lets the attempts that follow ask for something else; the rest of the request stays as it is now.
   *
   * @returns Whether the body let itself be changed.
   */
  change(changes: RequestChanges): boolean {
    if (!this.#request.change(changes)) return false;
    this.maxTokens = changes.max_tokens ?? this.maxTokens;
    return true;
  }

  /** Puts another request in the place of this one, for all attempts that follow: the body and what it says. */
  replace(request: ReplacedRequest): void {
    this.#request.replace(request);
  }

  /** Sends the request through the rest of the SDK's own chain, to end with the attempt. */
  transmit(attempt: Attempt): Promise<Response> {
    // What our own transport asks of a signal is all that this one has to have.
    const signal = this.init.needsRealSignal ? attempt.signal : (attempt.wireSignal as unknown as AbortSignal);
    return sendTo(attempt.endpoint, { ...this.request, signal }, this.init.transmit, attempt.model, this.stream);
  }

  /** The caller calls it off: whatever is under way ends at once. */
  abort(): void {
    if (this.interruption) return;
    this.#interruption.beginByCaller();
    // Its reader ends as with the SDK alone, which knows an abort by this name.
    this.attempt?.abort(new DOMException('The call was aborted.', 'AbortError'));
  }

  /** A shutdown ends it: whatever is under way fails at once, a stream for its reader too. */
  terminate(makeError: () => Error): void {
    if (this.interruption) return;
    this.#interruption.begin(makeError);
    this.attempt?.abort(makeError());
  }

  /** Waits, at most until the call is called off. Leaves no timer behind. */
  sleep(delayMs: number): Promise<void> {
    return this.#interruption.sleep(delayMs, this.clock);
  }

  /** Waits for something, at most until the call is called off or out of time; `null` then. */
  within<T>(promise: Promise<T>): Promise<T | null> {
    return this.#interruption.within(promise, this.leftMs, this.clock);
  }

  /** Calls back when the call is called off, for the one who holds it up meanwhile; `null` takes that back. */
  wakeOnInterruption(wake: (() => void) | null): void {
    this.#interruption.wake = wake;
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
    const attempts = this.#attempts.map((each) => each.record(this.#startedAt));
    this.onSettled(this, callRecord(this, { instance: this.init.instance, attempts, outcome, usage }));
  }

  /** How it failed, for whoever holds the error it ended with. */
  callFailure(): CallFailure {
    return callFailure(this, this.#attempts, this.#startedAt);
  }
}
