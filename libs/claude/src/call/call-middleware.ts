import {
  APIUserAbortError,
  type APIRequest,
  type Middleware,
  type MiddlewareContext,
  type MiddlewareNext,
} from '@anthropic-ai/sdk';
import { attachFailure } from '../errors/call-failure.js';
import { isClaudeError } from '../errors/claude-error.js';
import { ShuttingDownError } from '../errors/errors.js';
import { isRefusal } from '../errors/refusals.js';
import { summarizeFailure } from '../errors/failure-summary.js';
import type { Surroundings } from './ambient-context.js';
import { Call } from './call.js';
import { handedOut, type CallInit } from './call-init.js';
import type { FindTrace } from './call-trace.js';
import type { Clock } from './clock.js';
import { CALL_CONTEXT, mergeContext } from './context.js';
import type { PriceUsage } from './cost.js';
import { PLACEHOLDER_AUTHORIZATION, type Endpoint } from './endpoint.js';
import type { LiveCalls } from './live-calls.js';
import { operationOfOptions } from './operations/operation-of.js';
import { SUCCEEDED, type Outcome } from './outcome.js';
import type { CallRecord } from './record.js';
import {
  CALL_FOREIGN_FETCH,
  CALL_MAX_RETRIES,
  CALL_PARAMS,
  CALL_RENEW_AUTHORIZATION,
  type TravellingOptions,
} from './request-options.js';
import { isRenewal } from './renew-authorization.js';
import type { NextStage } from './stage.js';

/** What the middleware needs to make a call of a request. */
export interface CallMiddlewareOptions {
  /** Name of the module instance. */
  readonly instance: string;
  readonly pipeline: NextStage;
  /** Where calls go until a stage says otherwise. */
  readonly endpoint: Endpoint;
  readonly liveCalls: LiveCalls;
  /** What a call made here and now is made in; its context holds beneath what its view and the call itself say. */
  readonly surroundings: () => Surroundings;
  /** Finds the trace of a call; `null` where nothing is traced. */
  readonly findTrace: FindTrace | null;
  readonly attemptMs: number;
  readonly deadlineMs: number;
  /** Whether requests leave by a `fetch` that is not ours, which may ask anything of an abort signal. */
  readonly needsRealSignals: boolean;
  /** Says what attempts cost; `null` where costs are not tracked. */
  readonly price: PriceUsage | null;
  readonly clock: Clock;
  readonly newCallId: () => string;
  readonly onRecord: (record: CallRecord, call: Call) => void;
}

type RequestOptions = NonNullable<MiddlewareContext['options']> & TravellingOptions;

/**
 * The one place where the SDK and this module meet: a middleware that makes a {@link Call} of each request, runs it
 * through the pipeline, and sees to it that the call is settled whatever comes of it.
 */
export function callMiddleware(module: CallMiddlewareOptions): Middleware {
  const onSettled = (call: Call, record: CallRecord): void => {
    module.liveCalls.delete(call);
    module.onRecord(record, call);
    call.init.work?.callEnded(record);
  };
  return async (request, next, { options }) => {
    // Requests of the SDK for credentials of its own are no calls of the API, nor is ours that makes it renew them.
    if (options === undefined || isRenewal(options)) return next(request);
    const call = new Call(callOf(request, next, options, module), module.clock, onSettled);
    const refuses = module.liveCalls.closed;
    module.liveCalls.add(call);
    call.init.work?.callBegan();
    followCaller(call, options.signal);
    try {
      if (refuses) throw new ShuttingDownError('The application is shutting down, so the call was not made.');
      if (call.interruption) throw call.interruption();
      const answer = await module.pipeline(call);
      settleAnswered(call, answer);
      // The SDK makes its error of these headers.
      if (!answer.ok) attachFailure(answer.headers, call);
      return answer;
    } catch (error) {
      call.settle(outcomeOfError(call, error), call.deciding?.usage ?? null);
      // A stage may have thrown behind an answer that is still open.
      if (call.attempt?.ended === false)
        call.attempt.abort(new DOMException('The answer is not wanted.', 'AbortError'));
      if (typeof error === 'object' && error !== null) attachFailure(error, call);
      throw error;
    }
  };
}

function callOf(
  request: APIRequest,
  next: MiddlewareNext,
  options: RequestOptions,
  module: CallMiddlewareOptions,
): CallInit {
  const own = options[CALL_CONTEXT];
  const { context: ambient, work } = module.surroundings();
  const context = own === undefined ? ambient : mergeContext(ambient, own);
  const retries = options[CALL_MAX_RETRIES];
  // SDK middleware of the one request runs inside the pipeline.
  const isSentDirectly = (options.middleware?.length ?? 0) === 0;
  return {
    id: module.newCallId(),
    instance: module.instance,
    operation: operationOfOptions(options),
    request,
    params: options[CALL_PARAMS] ?? options.body,
    stream: options.stream === true,
    context,
    work,
    trace: module.findTrace === null ? null : module.findTrace(options),
    endpoint: module.endpoint,
    usesEndpointKey:
      request.headers.get('authorization') === PLACEHOLDER_AUTHORIZATION && !request.headers.has('x-api-key'),
    maxAttempts: retries === undefined ? undefined : retries + 1,
    attemptTimeoutMs: Math.min(module.attemptMs, options.timeout ?? module.attemptMs),
    deadlineMs: context.deadlineMs ?? module.deadlineMs,
    needsRealSignal: module.needsRealSignals || options[CALL_FOREIGN_FETCH] === true || !isSentDirectly,
    isSentDirectly,
    price: module.price,
    renewAuthorization: options[CALL_RENEW_AUTHORIZATION],
    transmit: next,
  };
}

/** Lets the caller call it off, by the SDK's request option, the context, or both. */
function followCaller(call: Call, option: AbortSignal | null | undefined): void {
  const signals = [option, call.context.signal].filter((signal) => signal != null);
  if (signals.length === 0) return;
  const onAbort = (): void => call.abort();
  for (const signal of signals) signal.addEventListener('abort', onAbort, { once: true });
  call.onceSettled(() => {
    for (const signal of signals) signal.removeEventListener('abort', onAbort);
  });
  if (signals.some((signal) => signal.aborted)) call.abort();
}

/**
 * A stream that is handed out can be stopped by its `controller`, which aborts the signal of the SDK's request. Before,
 * that signal says nothing that the caller's own does not, but may fire for the SDK's time-out of a single attempt.
 */
function followStream(call: Call, request: APIRequest): void {
  // The SDK makes it for this one request: it goes, and the listener with it, when the request is done.
  request.signal?.addEventListener('abort', () => call.abort(), { once: true });
}

/** An answer is handed out. A stream settles its call itself when it ends; anything else has ended by now. */
function settleAnswered(call: Call, answer: Response): void {
  const { deciding: attempt } = call;
  if (call.stream && answer.ok) followStream(call, call.request);
  if (attempt !== undefined && !attempt.ended) {
    handedOut(call.init);
    return;
  }
  if (answer.ok) call.settle(SUCCEEDED, attempt?.usage ?? null);
  else
    call.settle({ kind: 'failed', error: attempt?.failure ?? summarizeFailure(null, answer) }, attempt?.usage ?? null);
}

function outcomeOfError(call: Call, error: unknown): Outcome {
  if (call.aborted || error instanceof APIUserAbortError) return { kind: 'abandoned', at: 'before-answer' };
  if (isClaudeError(error) && call.attemptCount === 0 && isRefusal(error)) return { kind: 'refused', code: error.code };
  const { deciding: attempt } = call;
  if (attempt?.failure && attempt.error === error) return { kind: 'failed', error: attempt.failure };
  return { kind: 'failed', error: summarizeFailure(error, { status: attempt?.status ?? null }) };
}
