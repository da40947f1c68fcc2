import { z } from 'zod';
import { fingerprintOf } from '../http/api-keys.js';
import { isObject } from '../json.js';
import { lastUserText, textOf } from '../messages/message-body.js';
import type { RecordedRequest, RequestOutcome } from '../record/recorded-request.js';
import { matchesPattern, patternFields, type PatternSubject, type RequestPattern } from '../script/matcher.js';
import { parseOrExplain } from '../validation.js';

/** What an assertion looks for: requests that fit every field that is given. */
export interface Expectation extends RequestPattern {
  /** Exactly this many; default at least one. */
  readonly times?: number;
  /** Default `/v1/messages`. */
  readonly path?: string;
  /** Default any. */
  readonly method?: string;
  /** HTTP status of the answer. */
  readonly status?: number;
  readonly outcome?: RequestOutcome;
  /** Anything else there is to say. */
  readonly where?: (request: RecordedRequest) => boolean;
}

const schema = z.strictObject({
  ...patternFields,
  times: z.int().min(0).optional(),
  path: z.string().optional(),
  method: z.string().optional(),
  status: z.int().optional(),
  outcome: z.enum(['active', 'completed', 'clientAborted', 'faulted', 'simulatorClosed']).optional(),
  where: z.custom<Expectation['where']>((value) => typeof value === 'function').optional(),
});

/** @throws TypeError for a field nobody knows: a condition that is not looked at would always hold. */
export function checkExpectation(expectation: Expectation): void {
  parseOrExplain(schema, expectation, 'expectation');
}

export function fits(expectation: Expectation, request: RecordedRequest): boolean {
  const { path = '/v1/messages', method, status, outcome, where } = expectation;
  return (
    request.path === path &&
    (method === undefined || request.method === method) &&
    (status === undefined || request.status === status) &&
    (outcome === undefined || request.outcome === outcome) &&
    matchesPattern(expectation, subjectOf(request)) &&
    (where === undefined || where(request))
  );
}

function subjectOf({ model, stream, body, apiKeyFingerprint }: RecordedRequest): PatternSubject {
  return {
    model: model ?? '',
    stream,
    systemText: isObject(body) ? textOf(body.system) : '',
    userText: lastUserText(body),
    isFrom: (apiKey) => fingerprintOf(apiKey) === apiKeyFingerprint,
  };
}
