import { ConnectionTimeoutError } from '../errors/connection-timeout.js';
import { DeadlineExceededError, KeyUnavailableError } from '../errors/errors.js';
import { summarizeFailure } from '../errors/failure-summary.js';
import { ranOutOfTime } from '../errors/network-codes.js';
import { toError } from '../errors/error-cause.js';
import { LiveKey } from '../keys/live-key.js';
import type { KnownSecrets } from '../redaction/known-secrets.js';
import { WireResponse } from '../transport/wire-response.js';
import { receiveAnswer, type AnswerOptions } from './answer.js';
import { credentialIn } from './endpoint.js';
import { AttemptTimeoutError, type Attempt } from './attempt.js';
import type { Call } from './call.js';
import type { FailureSummary } from './outcome.js';
import type { NextStage } from './stage.js';
import { estimateRequestTokens } from './request-tokens.js';
import { estimatedUsage, type Usage } from './usage.js';
import type { WireSignal } from './wire-signal.js';

/** The last stage: one HTTP exchange, from the key to an answer that may be handed out. */
export function sendStage(options: AnswerOptions): NextStage {
  return async (call) => {
    if (call.interruption) throw call.interruption();
    if (call.leftMs <= 0) throw new DeadlineExceededError(call.deadlineMs);
    const attempt = call.beginAttempt();
    try {
      const pending = setHeaders(call, attempt, options.redactor.known);
      if (pending !== undefined) await untilAborted(pending, attempt.wireSignal);
      attempt.markSent();
      const response = WireResponse.from(
        await call.transmit(attempt),
        call.init.needsRealSignal ? attempt.signal : undefined,
      );
      attempt.answered(response);
      if (attempt.triesKey) tellAccepted(attempt);
      return await receiveAnswer(call, attempt, response, options);
    } catch (thrown) {
      const error = reasonOf(call, attempt, thrown);
      const failure = summarizeFailure(error, {
        status: attempt.status,
        headers: attempt.errorHeaders,
        ofTransport: attempt.sent && call.init.isSentDirectly,
      });
      const usage = possibleUsage(call, attempt, failure);
      attempt.error = error;
      if (call.aborted) attempt.abandon(usage);
      else attempt.end(failure, usage);
      throw error;
    }
  };
}

/** What differs from attempt to attempt. Only a key that has to be waited for makes a promise. */
function setHeaders(call: Call, attempt: Attempt, known: KnownSecrets): Promise<void> | undefined {
  const { headers } = call.request;
  const { endpoint } = attempt;
  // The SDK counts retries of its own, of which there are none.
  if (attempt.number > 1 || call.maxAttempts !== undefined) {
    headers.set('x-stainless-retry-count', String(attempt.number - 1));
  }
  if (!call.usesEndpointKey) {
    noteCredential(headers, known);
    return undefined;
  }
  if (endpoint.key === null) return undefined;
  const key = endpoint.key.next();
  if (!(key instanceof LiveKey)) return key.then((fetched) => authorize(headers, attempt, fetched, known));
  authorize(headers, attempt, key, known);
  return undefined;
}

/** A credential of the SDK's or of the caller's own, which we see here only. */
function noteCredential(headers: Headers, known: KnownSecrets): void {
  const credential = credentialIn(headers);
  if (credential !== undefined) known.note(credential);
}

function authorize(headers: Headers, attempt: Attempt, key: LiveKey, known: KnownSecrets): void {
  attempt.key = key;
  attempt.triesKey = key.suspect;
  known.note(key.value);
  headers.set('authorization', key.authorization);
}

/** What is answered by anything but a refusal of the key has passed the check of it; a service that fails may not have looked. */
function tellAccepted({ endpoint, key, status }: Attempt): void {
  if (key !== null && status !== null && status !== 401 && status < 500) endpoint.key?.accepted(key);
}

/** A promise that nobody else bounds, or the reason of the signal when that comes first. */
function untilAborted<T>(promise: Promise<T>, signal: WireSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(toError(signal.reason));
    signal.addEventListener('abort', onAbort);
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
    if (signal.aborted) onAbort();
  });
}

/**
 * What really ended the attempt. Errors with which we ended it ourselves are made anew: the SDK marks whatever its
 * fetch rejects with as a connection failure, and would dress it as one.
 */
function reasonOf(call: Call, attempt: Attempt, thrown: unknown): unknown {
  if (call.interruption) return call.interruption();
  const { wireSignal: signal } = attempt;
  if (signal.aborted && signal.reason instanceof DeadlineExceededError) {
    return new DeadlineExceededError(call.deadlineMs);
  }
  if (signal.aborted && signal.reason instanceof AttemptTimeoutError) {
    // Until the request is on its way, only a key can be what is waited for.
    return attempt.sent ? new ConnectionTimeoutError(signal.reason.message) : keyIsLate(signal.reason.message);
  }
  if (signal.aborted) return signal.reason;
  return ranOutOfTime(thrown) ? new ConnectionTimeoutError(toError(thrown).message, thrown) : thrown;
}

function keyIsLate(what: string): KeyUnavailableError {
  return new KeyUnavailableError(`${what} Nothing was sent: the API key had not come by then.`);
}

/** An exchange of unknown outcome may be on the bill: its input is booked as an estimate. */
function possibleUsage(call: Call, attempt: Attempt, { meaning }: FailureSummary): Usage | null {
  if (call.operation.usage !== 'message' || !attempt.sent || !meaning.mayHaveRun) return null;
  return estimatedUsage(estimateRequestTokens(call.params, attempt.model), 0);
}
