import { APIUserAbortError } from '@anthropic-ai/sdk';
import { DeadlineExceededError, KeyUnavailableError } from '../errors/errors.js';
import { summarizeFailure } from '../errors/failure-summary.js';
import { neverSent } from '../errors/network-codes.js';
import { WireResponse } from '../transport/wire-response.js';
import { receiveAnswer, type AnswerOptions } from './answer.js';
import type { Attempt } from './attempt.js';
import type { Call } from './call.js';
import type { Endpoint } from './endpoint.js';
import type { NextStage } from './stage.js';
import { estimateInputTokens } from './token-estimate.js';
import { estimatedUsage, type Usage } from './usage.js';

/** The last stage: one HTTP exchange, from the key to an answer that may be handed out. */
export function sendStage(endpoint: Endpoint, options: AnswerOptions): NextStage {
  return async (call) => {
    if (call.aborted) throw new APIUserAbortError();
    if (call.leftMs <= 0) throw new DeadlineExceededError(call.deadlineMs);
    const attempt = call.beginAttempt(endpoint.name);
    try {
      const pending = setHeaders(call, attempt, endpoint);
      if (pending !== undefined) await pending;
      attempt.sent = true;
      const response = WireResponse.from(await call.transmit(attempt));
      attempt.answered(response);
      return await receiveAnswer(call, attempt, response, options);
    } catch (thrown) {
      const error = reasonOf(call, attempt, thrown);
      const failure = summarizeFailure(error, attempt.status);
      attempt.end(call.aborted ? null : failure, possibleUsage(call, attempt, failure.code));
      throw error;
    }
  };
}

/** What differs from attempt to attempt. Only a key that has to be waited for makes a promise. */
function setHeaders(call: Call, attempt: Attempt, endpoint: Endpoint): Promise<void> | undefined {
  const { headers } = call.request;
  // The SDK counts retries of its own, of which there are none.
  if (attempt.number > 1 || call.maxAttempts !== undefined) {
    headers.set('x-stainless-retry-count', String(attempt.number - 1));
  }
  if (!call.usesEndpointKey || endpoint.key === null) return undefined;
  const key = endpoint.key();
  if (typeof key !== 'string') return resolved(key, endpoint).then((value) => authorize(headers, value));
  authorize(headers, key);
  return undefined;
}

function authorize(headers: Headers, key: unknown): void {
  if (typeof key !== 'string' || key === '') {
    throw new KeyUnavailableError('The `apiKey` function must return a non-empty string, or a promise of one.');
  }
  headers.set('authorization', `Bearer ${key}`);
}

async function resolved(key: Promise<string>, endpoint: Endpoint): Promise<unknown> {
  try {
    return await key;
  } catch (cause) {
    throw new KeyUnavailableError(
      `The \`apiKey\` function failed, so endpoint "${endpoint.name}" has no key for this attempt. See \`cause\`.`,
      { cause },
    );
  }
}

/**
 * What really ended the attempt. Errors with which we ended it ourselves are made anew: the SDK marks whatever its
 * fetch rejects with as a connection failure, and would dress it as one.
 */
function reasonOf(call: Call, attempt: Attempt, thrown: unknown): unknown {
  if (call.aborted) return new APIUserAbortError();
  const { wireSignal: signal } = attempt;
  if (signal.aborted && signal.reason instanceof DeadlineExceededError)
    return new DeadlineExceededError(call.deadlineMs);
  return signal.aborted ? signal.reason : thrown;
}

/** An exchange of unknown outcome may be on the bill: its input is booked as an estimate. */
function possibleUsage(call: Call, attempt: Attempt, code: string | null): Usage | null {
  if (call.operation.usage !== 'message' || !attempt.sent || neverSent(code)) return null;
  return estimatedUsage(estimateInputTokens(call.request), 0);
}
