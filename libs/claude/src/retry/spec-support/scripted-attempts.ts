import { PLAIN_ENDPOINT } from '../../call/endpoint.js';
import { Call } from '../../call/call.js';
import type { CallContext } from '../../call/context.js';
import { operationOf } from '../../call/operations/operation-of.js';
import type { CallRecord } from '../../call/record.js';
import type { NextStage } from '../../call/stage.js';
import { errorBody, errorTypeOfStatus } from '../../errors/error-body.js';
import { summarizeFailure } from '../../errors/failure-summary.js';
import type { ManualClock } from '../../testing/clock/manual-clock.js';

/** What an attempt comes to: a status with headers, an error that is thrown, or a refusal before any attempt is made. */
export type Scripted =
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly tookMs?: number;
      readonly thenThrows?: Error;
    }
  | { readonly throws: Error; readonly tookMs?: number }
  | { readonly refuses: Error; readonly before?: (call: Call) => void };

export interface CallOptions {
  /** Path of the SDK. Default `/v1/messages`. */
  readonly path?: string;
  readonly model?: string;
  readonly deadlineMs?: number;
  readonly context?: CallContext;
  readonly onRecord?: (record: CallRecord) => void;
}

/** A call as the middleware makes it, for stages that are run without the rest. */
export function callFor(clock: ManualClock, options: CallOptions = {}): Call {
  const { path = '/v1/messages', model = 'claude-haiku-5-5', deadlineMs = 600_000 } = options;
  const params = { model, max_tokens: 8, messages: [{ role: 'user', content: 'hi' }] };
  return new Call(
    {
      id: 'call_1',
      instance: 'default',
      operation: operationOf('post', path),
      request: {
        method: 'POST',
        url: 'http://127.0.0.1/',
        headers: new Headers(),
        body: JSON.stringify(params),
      },
      params,
      stream: false,
      context: options.context ?? {},
      endpoint: PLAIN_ENDPOINT,
      work: null,
      trace: null,
      usesEndpointKey: true,
      needsRealSignal: false,
      isSentDirectly: true,
      price: null,
      maxAttempts: undefined,
      attemptTimeoutMs: 600_000,
      deadlineMs,
      renewAuthorization: undefined,
      transmit: () => Promise.reject(new Error('Nothing is sent.')),
    },
    clock,
    (_, record) => options.onRecord?.(record),
  );
}

/** What stands in for everything inside retry: attempts that end as they are told to, one after another. */
export class ScriptedAttempts {
  /** When each began, in milliseconds of the clock. */
  readonly startedAtMs: number[] = [];
  /** Which model each asked. */
  readonly models: (string | null)[] = [];
  /** How many came after a wait that a 429 had asked for. */
  askedToWait = 0;

  constructor(
    private readonly clock: ManualClock,
    private readonly script: (number: number) => Scripted,
  ) {}

  readonly stage: NextStage = (call) => {
    this.startedAtMs.push(this.clock.now());
    this.models.push(call.effectiveModel);
    const scripted = this.script(this.startedAtMs.length);
    if ('refuses' in scripted) {
      scripted.before?.(call);
      return Promise.reject(scripted.refuses);
    }
    if (call.attempt && call.attempt.retryAfterMs !== null && call.attempt.status === 429) this.askedToWait += 1;
    const attempt = call.beginAttempt();
    attempt.markSent();
    if (scripted.tookMs !== undefined) this.clock.advance(scripted.tookMs);
    if ('throws' in scripted) {
      attempt.error = scripted.throws;
      attempt.end(summarizeFailure(scripted.throws, { ofTransport: true }));
      return Promise.reject(scripted.throws);
    }
    const body = errorBody(errorTypeOfStatus(scripted.status), 'scripted');
    const answer = new Response(JSON.stringify(body), { status: scripted.status, headers: scripted.headers ?? {} });
    attempt.answered(answer);
    if (scripted.thenThrows) {
      attempt.error = scripted.thenThrows;
      attempt.end(summarizeFailure(scripted.thenThrows, { ...scripted, ofTransport: true, headers: answer.headers }));
      return Promise.reject(scripted.thenThrows);
    }
    attempt.end(answer.ok ? null : summarizeFailure(body, answer));
    return Promise.resolve(answer);
  };
}
