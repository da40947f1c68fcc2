import * as sdk from '@anthropic-ai/sdk';
import type { ErrorType } from '@anthropic-ai/sdk/resources/shared';
import { estimatedUsage } from '../call/usage.js';
import { attachFailure, type CallFailure } from './call-failure.js';
import { ClaudeError, type ClaudeErrorCode } from './claude-error.js';
import { errorAnswer, type HttpAnswer } from './error-answer.js';
import { errorBody } from './error-body.js';
import { errorReportOf } from './error-report.js';
import {
  DeadlineExceededError,
  InvalidContextError,
  InvalidOptionsError,
  KeyUnavailableError,
  ProtocolError,
  ShuttingDownError,
  StreamInterruptedError,
  StreamStalledError,
} from './errors.js';
import { httpAnswerOf } from './http-answer.js';
import {
  BudgetExceededError,
  CircuitOpenError,
  InputBlockedError,
  LimitExceededError,
  NoEndpointError,
  RequestExceedsLimitError,
  StoreUnavailableError,
  UnpricedModelError,
} from './refusals.js';

const SECRET = 'what the model had said so far';
const PARTIAL = { message: null, text: SECRET, usage: estimatedUsage(1, 0) };

function answered(error: unknown): HttpAnswer {
  const answer = httpAnswerOf(error);
  if (answer === null) throw new Error('It has no answer.');
  return answer;
}

/** What an answer says beside what every answer says, once that is seen to be there. */
function outlineOf(error: unknown): readonly [status: number, type: string, headers: Record<string, string>] {
  const { status, headers, body } = answered(error);
  const { 'content-type': contentType, 'request-id': requestId, ...rest } = headers;
  expect(contentType).toBe('application/json');
  expect(requestId).toMatch(/^req_\w+$/);
  expect(body).toEqual({ type: 'error', error: body.error, request_id: requestId });
  return [status, body.error.type, rest];
}

/** Named by its code as a refusal of ours, and that coming back would not help. */
function refused(code: ClaudeErrorCode): Record<string, string> {
  return { 'x-claude-refusal': code, ...NEVER };
}

const NEVER = { 'x-should-retry': 'false' };

/** Has a call of ours have failed with an error, or with the answer of some headers. */
function endACall(target: object, failure: Partial<CallFailure> = {}): void {
  const callFailure = (): CallFailure => ({
    callId: 'c',
    requestId: null,
    attempts: [],
    retryAfterMs: undefined,
    retryBudgetExhausted: false,
    partial: null,
    ...failure,
  });
  attachFailure(target, { callFailure });
}

describe('The answer to an error of ours', () => {
  const OURS: Readonly<Record<ClaudeErrorCode, [ClaudeError, ReturnType<typeof outlineOf>]>> = {
    budget_exceeded: [
      new BudgetExceededError({ scope: 'everybody', usedUsd: 49_998, limitUsd: 50_000 }),
      [402, 'billing_error', refused('budget_exceeded')],
    ],
    unpriced_model: [
      new UnpricedModelError({ model: 'claude-unheard-of' }),
      [400, 'invalid_request_error', refused('unpriced_model')],
    ],
    circuit_open: [
      new CircuitOpenError({ circuit: 'default', retryAfterMs: 1_001 }),
      [503, 'api_error', { 'retry-after': '2', 'x-claude-refusal': 'circuit_open' }],
    ],
    deadline_exceeded: [new DeadlineExceededError(40), [504, 'timeout_error', refused('deadline_exceeded')]],
    input_blocked: [
      new InputBlockedError({ path: 'messages[0].content', rules: ['override'] }),
      [400, 'invalid_request_error', refused('input_blocked')],
    ],
    invalid_context: [new InvalidContextError('defect'), [500, 'api_error', NEVER]],
    invalid_options: [new InvalidOptionsError('defect'), [500, 'api_error', NEVER]],
    key_unavailable: [new KeyUnavailableError('x'), [503, 'api_error', refused('key_unavailable')]],
    limit_exceeded: [
      new LimitExceededError({ scope: 'everybody', used: 49_998, limit: 50_000, retryAfterMs: 3_000 }),
      [429, 'rate_limit_error', { 'retry-after': '3', 'x-claude-refusal': 'limit_exceeded' }],
    ],
    no_endpoint: [new NoEndpointError('x'), [503, 'api_error', { 'x-claude-refusal': 'no_endpoint' }]],
    protocol_error: [new ProtocolError('x'), [502, 'api_error', {}]],
    request_exceeds_limit: [
      new RequestExceedsLimitError({ scope: 's', requested: 2, limit: 1 }),
      [413, 'request_too_large', refused('request_exceeds_limit')],
    ],
    shutting_down: [new ShuttingDownError('x'), [503, 'api_error', { 'x-claude-refusal': 'shutting_down' }]],
    store_unavailable: [
      new StoreUnavailableError({ scope: 'everybody' }),
      [503, 'api_error', { 'x-claude-refusal': 'store_unavailable' }],
    ],
    stream_interrupted: [new StreamInterruptedError('It broke.', PARTIAL), [502, 'api_error', NEVER]],
    stream_stalled: [new StreamStalledError('It went silent.', PARTIAL), [504, 'timeout_error', {}]],
  };

  it.each(Object.entries(OURS))('is the right one for %s', (code, [error, outline]) => {
    expect(error.code).toBe(code);
    expect(outlineOf(error)).toEqual(outline);
  });

  it.each(Object.values(OURS).map(([error]) => error))(
    'quotes neither the stream nor what others use: $code',
    (error) => {
      expect(JSON.stringify(answered(error))).not.toMatch(
        new RegExp(`${SECRET}|everybody|49998|defect|error\\.partial`),
      );
    },
  );

  it('says that coming back does not help where nobody knows when it would', () => {
    expect(outlineOf(new CircuitOpenError({ circuit: 'default', isolated: true }))).toEqual([
      503,
      'api_error',
      refused('circuit_open'),
    ]);
  });

  it.each([
    [0, '1'],
    [1, '1'],
    [1_000, '1'],
    [1_000.5, '2'],
    [86_400_000, '86400'],
  ])('asks to come back after %d ms in %s whole seconds', (retryAfterMs, seconds) => {
    expect(answered(new NoEndpointError('x', { retryAfterMs })).headers['retry-after']).toBe(seconds);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, -1])('tells no wait of %d ms', (retryAfterMs) => {
    const error = new NoEndpointError('x', { retryAfterMs });
    expect(outlineOf(error)).toEqual([503, 'api_error', { 'x-claude-refusal': 'no_endpoint' }]);
    expect(errorReportOf(error, answered(error))).not.toHaveProperty('retryAfterMs');
  });

  it.each([
    new DeadlineExceededError(40),
    new KeyUnavailableError('The option `apiKey` failed: internal.'),
    new ProtocolError('An event above `maxEventBytes`: internal.'),
    new StreamStalledError('Nothing for `timeouts.idleMs`: internal.', PARTIAL),
  ])('has words for outsiders, without options and numbers: $code', (error) => {
    expect(answered(error).body.error.message).not.toMatch(/`|internal|40/);
  });

  it('asks nobody to repeat what the retry budget was used up on', () => {
    const error = new ProtocolError('x');
    endACall(error, { retryBudgetExhausted: true });
    expect(outlineOf(error)).toEqual([502, 'api_error', NEVER]);
  });

  it.each(['odd_code', 'constructor', 'toString'])(
    'is a 500 in its own words for a code that only another version knows: %s',
    (code) => {
      class OddError extends ClaudeError {
        readonly code = code as 'protocol_error';
      }
      const error = new OddError('Come back later.', { retryAfterMs: 1_200 });
      expect(outlineOf(error)).toEqual([500, 'api_error', { 'retry-after': '2' }]);
      expect(answered(error).body.error.message).toBe('Come back later.');
      expect(outlineOf(new OddError('x'))).toEqual([500, 'api_error', NEVER]);
    },
  );
});

type ErrorClass = new (...args: never[]) => Error;

const CLASSES = Object.entries(sdk).filter((entry): entry is [string, ErrorClass & typeof sdk.APIError] => {
  const [, value] = entry as [string, unknown];
  return typeof value === 'function' && value.prototype instanceof Error;
});

describe('The answer to an error of the SDK', () => {
  const MESSAGE = { type: 'some_error', message: 'x' };

  /** What each error class is answered with; `null` for those left to others. A class that is not here fails the test. */
  const STATUS_OF_CLASS: Readonly<Record<string, number | null>> = {
    APIConnectionError: 502,
    APIConnectionTimeoutError: 504,
    APIError: 502,
    APIUserAbortError: 499,
    AnthropicError: null,
    AuthenticationError: 401,
    BadRequestError: 400,
    ClientClosedRequestError: 499,
    ConflictError: 409,
    ContentTooLargeError: 413,
    GatewayTimeoutError: 504,
    InternalServerError: 500,
    NotFoundError: 404,
    NotImplementedError: 501,
    OverloadedError: 529,
    PaymentRequiredError: 402,
    PermissionDeniedError: 403,
    PreconditionFailedError: 412,
    RateLimitError: 429,
    RequestHeaderFieldsTooLargeError: 431,
    RequestTimeoutError: 408,
    RetryableError: null,
    ServiceUnavailableError: 503,
    UnprocessableEntityError: 422,
  };
  const WITHOUT_RESPONSE = new Set([
    'APIConnectionError',
    'APIConnectionTimeoutError',
    'APIError',
    'APIUserAbortError',
  ]);

  it('is known for every class there is', () => {
    expect(CLASSES.map(([name]) => name).toSorted()).toEqual(Object.keys(STATUS_OF_CLASS).toSorted());
  });

  it.each(CLASSES)('is the right one for %s', (name, Class) => {
    const status = STATUS_OF_CLASS[name];
    const hasResponse = status !== null && !WITHOUT_RESPONSE.has(name);
    const body = errorBody('some_error', 'as it came', 'req_1');
    const error = hasResponse ? new Class(status, body, undefined, new Headers()) : new Class({} as never);
    expect([name, httpAnswerOf(error)?.status ?? null]).toEqual([name, status]);
    expect(httpAnswerOf(error)?.body ?? null).toEqual(
      hasResponse ? body : status === null ? null : expect.objectContaining({ type: 'error' }),
    );
  });

  it('keeps the body, and the headers that a caller may have', () => {
    const body = { ...errorBody('rate_limit_error', 'slow', 'req_1'), extra: { kept: true } };
    const error = sdk.APIError.generate(
      429,
      body,
      undefined,
      new Headers({
        'anthropic-ratelimit-requests-remaining': '0',
        'cf-ray': 'x',
        'content-encoding': 'gzip',
        'content-length': '3',
        'content-type': 'application/json; charset=utf-8',
        'request-id': 'req_1',
        'retry-after': '17',
        'retry-after-ms': '16500',
        'set-cookie': 'a=b',
        'x-should-retry': 'true',
      }),
    );
    expect(answered(error)).toEqual({
      status: 429,
      headers: {
        'anthropic-ratelimit-requests-remaining': '0',
        'content-type': 'application/json',
        'request-id': 'req_1',
        'retry-after': '17',
        'retry-after-ms': '16500',
        'x-should-retry': 'true',
      },
      body,
    });
  });

  it('invents no wait, even where the call knows one', () => {
    const headers = new Headers();
    endACall(headers, { retryAfterMs: 500 });
    expect(outlineOf(sdk.APIError.generate(503, undefined, 'x', headers))).toEqual([503, 'api_error', {}]);
  });

  it.each<[ErrorType, number]>([
    ['overloaded_error', 529],
    ['invalid_request_error', 400],
    ['rate_limit_error', 429],
    ['api_error', 500],
    ['error_of_tomorrow' as ErrorType, 500],
  ])('of %s in a stream that had begun has the status it stands for: %d', (type, status) => {
    const headers = new Headers({ 'content-type': 'text/event-stream', 'request-id': 'req_1' });
    const error = new sdk.APIError(undefined, errorBody(type, 'x', 'req_1'), undefined, headers, type);
    expect(outlineOf(error)).toEqual([status, type, {}]);
  });

  it.each(['req_é世', 'a\nb', 'a b', '', 'r'.repeat(129), 7, {}])(
    'takes an id from the body only where a header can hold it: %p',
    (id) => {
      const body = { ...errorBody('api_error', 'x'), request_id: id };
      const error = sdk.APIError.generate(500, body, undefined, new Headers());
      expect(answered(error).headers['request-id']).toMatch(/^req_[\da-f]{32}$/);
      expect(answered(error).body).toEqual(body);
    },
  );

  it('takes the id of the body for that of an answer whose own is none', () => {
    const headers = new Headers({ 'request-id': 'é' });
    const error = sdk.APIError.generate(500, errorBody('api_error', 'x', 'req_1'), undefined, headers);
    expect(answered(error).headers['request-id']).toBe('req_1');
  });

  it.each<[number, string, Record<string, string>, object]>([
    [429, 'enforced_spend_limit_reached', {}, NEVER],
    [429, 'organization_on_hold', {}, NEVER],
    [429, 'enforced_spend_limit_reached', { 'x-should-retry': 'true' }, { 'x-should-retry': 'true' }],
    [409, 'contract_spend_limit_reached', {}, NEVER],
    [501, 'some_code', {}, NEVER],
    [429, 'some_code', {}, {}],
    [500, 'some_code', {}, {}],
    [400, 'some_code', {}, {}],
    [402, 'some_code', {}, {}],
  ])('of %i with %s and %j tells who would repeat it for nothing: %j', (status, code, headers, told) => {
    const body = { ...errorBody('some_error', 'x', 'req_1'), error: { ...MESSAGE, details: { error_code: code } } };
    expect(outlineOf(sdk.APIError.generate(status, body, undefined, new Headers(headers)))[2]).toEqual(told);
  });

  it('asks nobody to repeat what the retry budget was used up on, whatever the API says', () => {
    const headers = new Headers({ 'x-should-retry': 'true', 'retry-after': '3' });
    endACall(headers, { retryBudgetExhausted: true });
    expect(outlineOf(sdk.APIError.generate(529, undefined, 'x', headers))[2]).toEqual({ ...NEVER, 'retry-after': '3' });
    const error = new sdk.APIConnectionError({ message: 'x' });
    endACall(error, { retryBudgetExhausted: true });
    expect(outlineOf(error)).toEqual([502, 'api_error', NEVER]);
  });

  it.each([{ 'retry-after': '3' }, { get: 'a header' }, { get: () => '3' }, 'text', null])(
    'does without headers that are none, as those of older versions: %p',
    (headers) => {
      const error = sdk.APIError.generate(429, errorBody('rate_limit_error', 'x', 'req_1'), undefined, new Headers());
      expect(outlineOf(Object.assign(error, { headers }))).toEqual([429, 'rate_limit_error', {}]);
    },
  );

  it.each(['constructor', 'toString'])('is left to others where its name is %s', (name) => {
    expect(httpAnswerOf(Object.assign(new sdk.AnthropicError('x'), { name }))).toBeNull();
  });

  it('puts a page of a proxy into the words of the API', () => {
    const error = sdk.APIError.generate(502, undefined, '<html>Bad Gateway</html>', new Headers());
    expect(outlineOf(error)).toEqual([502, 'api_error', {}]);
  });

  it.each(['constructor', '__proto__'])('is not led astray by a type like %s', (type) => {
    const error = new sdk.APIError(
      undefined,
      errorBody(type, 'x', 'req_1'),
      undefined,
      new Headers(),
      type as ErrorType,
    );
    expect(outlineOf(error)[0]).toBe(500);
  });

  it('is a 502 where the status is none of an error', () => {
    expect(outlineOf(sdk.APIError.generate(302, undefined, 'Found', new Headers()))).toEqual([502, 'api_error', {}]);
  });

  it('is the same for a class of another copy of the SDK', () => {
    let copy = sdk;
    jest.isolateModules(() => (copy = require('@anthropic-ai/sdk') as typeof sdk));
    expect(copy.APIError).not.toBe(sdk.APIError);
    expect(outlineOf(copy.APIError.generate(529, undefined, 'x', new Headers()))[0]).toBe(529);
    expect(outlineOf(new copy.APIConnectionTimeoutError())[0]).toBe(504);
  });
});

describe('httpAnswerOf', () => {
  /** What another SDK, of the same make, throws. */
  class OtherSdkError extends Error {
    readonly status = 429;
    readonly headers = new Headers();
    readonly error = { type: 'tokens', message: 'x' };
    readonly type = 'tokens';
    readonly requestID = 'req_other';
  }

  it.each([
    new Error('x'),
    new OtherSdkError('x'),
    new DOMException('x', 'AbortError'),
    Object.create(null) as object,
    'text',
    null,
    undefined,
  ])('has no answer to what is neither ours nor the SDK’s: %p', (error) => {
    expect(httpAnswerOf(error)).toBeNull();
  });

  it('has an answer to an abort that ended a call of ours', () => {
    const error = new DOMException('x', 'AbortError');
    endACall(error);
    expect(outlineOf(error)).toEqual([499, 'invalid_request_error', {}]);
  });
});

describe('errorAnswer', () => {
  it('keeps a request id it is given, and makes one otherwise', () => {
    const given = errorAnswer(404, 'not_found_error', 'x', { 'request-id': 'req_7' });
    expect([given.headers['request-id'], given.body.request_id]).toEqual(['req_7', 'req_7']);
    const ids = [1, 2].map(() => errorAnswer(404, 'not_found_error', 'x').headers['request-id']);
    expect(new Set(ids).size).toBe(2);
    expect(ids[0]).toMatch(/^req_[\da-f]{32}$/);
  });
});
