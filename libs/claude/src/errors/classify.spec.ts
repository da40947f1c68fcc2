import * as sdk from '@anthropic-ai/sdk';
import type { ErrorType } from '@anthropic-ai/sdk/resources/shared';
import { classifyError } from './classify.js';
import type { ClaudeErrorCode } from './claude-error.js';
import { ConnectionTimeoutError } from './connection-timeout.js';
import { errorBody } from './error-body.js';
import { FAILURE_KINDS, meaningOf, type FailureKind, type Fault, type RetryAdvice } from './failure-meaning.js';
import { EVERY_ERROR } from './spec-support/every-error.js';

type ErrorClass = new (...args: never[]) => Error;

/** What an error class of the SDK means, by its name. A class that is not here fails the test. */
const KIND_OF_CLASS: Readonly<Record<string, FailureKind>> = {
  APIConnectionError: 'disconnected',
  APIConnectionTimeoutError: 'no-answer',
  APIUserAbortError: 'aborted',
  AnthropicError: 'unexpected',
  AuthenticationError: 'unauthorized',
  BadRequestError: 'rejected',
  ClientClosedRequestError: 'rejected',
  ConflictError: 'conflict',
  ContentTooLargeError: 'rejected',
  GatewayTimeoutError: 'server-error',
  InternalServerError: 'server-error',
  NotFoundError: 'rejected',
  NotImplementedError: 'not-implemented',
  OverloadedError: 'overloaded',
  PaymentRequiredError: 'spent',
  PermissionDeniedError: 'forbidden',
  PreconditionFailedError: 'rejected',
  RateLimitError: 'throttled',
  RequestHeaderFieldsTooLargeError: 'rejected',
  RequestTimeoutError: 'request-lost',
  RetryableError: 'retry-requested',
  ServiceUnavailableError: 'unavailable',
  UnprocessableEntityError: 'rejected',
};

/** The status that the SDK makes each class of; `undefined` for those that stand for no answer. */
const STATUS_OF_CLASS: Readonly<Record<string, number>> = {
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
  ServiceUnavailableError: 503,
  UnprocessableEntityError: 422,
};

function errorClasses(holder: object): [string, ErrorClass][] {
  return Object.getOwnPropertyNames(holder)
    .map((name) => [name, (holder as Record<string, unknown>)[name]] as const)
    .filter((entry): entry is [string, ErrorClass] => isErrorClass(entry[1]));
}

function isErrorClass(value: unknown): value is ErrorClass {
  return typeof value === 'function' && value.prototype instanceof Error;
}

const PLAIN = errorClasses(sdk).filter(([name]) => name !== 'APIError');

/** Every `error_code` that the SDK knows, as `status code`. Its types leave the list out. */
const { ERROR_CODE_CLASSES } = jest.requireActual<{ ERROR_CODE_CLASSES: ReadonlyMap<string, ErrorClass> }>(
  '@anthropic-ai/sdk/core/error-classes',
);

const CODES = [...ERROR_CODE_CLASSES.keys()].map((key) => {
  const [status, code] = key.split(' ');
  return [Number(status), String(code)] as const;
});

/**
 * Codes that sound like money, a limit or an account, and what they mean. One that is not here fails the test, so that a
 * stop of spending of tomorrow is looked at before it is repeated.
 */
const KIND_OF_MONEY_CODE: Readonly<Record<string, FailureKind>> = {
  contract_spend_limit_reached: 'spent',
  enforced_spend_limit_reached: 'spent',
  linked_organization_billing_unavailable: 'spent',
  linked_organization_spend_limit_reached: 'spent',
  organization_on_hold: 'spent',
  ramp_limit_exceeded: 'throttled',
  spend_limits_admin_api_writes_not_enabled: 'forbidden',
  user_profile_billing_not_authorized: 'forbidden',
  user_profile_not_billable: 'forbidden',
};

/** An error as the SDK itself would make it of an answer. */
function fromAnswer(status: number, body: unknown, headers: Record<string, string> = {}): Error {
  return sdk.APIError.generate(status, body as object, undefined, new Headers(headers));
}

describe('classifyError', () => {
  it.each(PLAIN)('knows the error class %s of the SDK', (name, Class) => {
    const status = STATUS_OF_CLASS[name];
    const error = status === undefined ? new Class({} as never) : fromAnswer(status, undefined);
    expect(error).toBeInstanceOf(Class);
    expect([name, classifyError(error).kind]).toEqual([name, KIND_OF_CLASS[name]]);
  });

  it('knows no class that the SDK does not have', () => {
    expect(Object.keys(KIND_OF_CLASS).toSorted()).toEqual(PLAIN.map(([name]) => name).toSorted());
  });

  it('knows every error code that has to do with money', () => {
    const about = CODES.filter(
      ([status, code]) => status === 402 || status === 429 || /spend|bill|hold|credit/.test(code),
    );
    expect(about.map(([, code]) => code).toSorted()).toEqual(Object.keys(KIND_OF_MONEY_CODE).toSorted());
  });

  it.each(CODES)('judges a %i with the code %s as its status, unless it stops spending', (status, code) => {
    const body = { type: 'error', error: { type: 'x', message: 'x', details: { error_code: code } } };
    const error = fromAnswer(status, body);
    expect((error as sdk.APIError).errorCode).toBe(code);
    const expected = KIND_OF_MONEY_CODE[code] ?? classifyError(null, { status }).kind;
    expect([code, classifyError(error).kind]).toEqual([code, expected]);
  });

  const WIRE: Readonly<Record<ErrorType | 'request_too_large', [number, FailureKind]>> = {
    api_error: [500, 'server-error'],
    authentication_error: [401, 'unauthorized'],
    billing_error: [402, 'spent'],
    conflict_error: [409, 'conflict'],
    invalid_request_error: [400, 'rejected'],
    memory_path_conflict_error: [409, 'conflict'],
    memory_precondition_failed_error: [409, 'conflict'],
    not_found_error: [404, 'rejected'],
    overloaded_error: [529, 'overloaded'],
    permission_error: [403, 'forbidden'],
    rate_limit_error: [429, 'throttled'],
    request_too_large: [413, 'rejected'],
    timeout_error: [504, 'server-error'],
  };

  it.each(Object.entries(WIRE))('takes %s alike as an answer, a body, and an error event', (type, [status, kind]) => {
    const body = errorBody(type, 'message');
    expect(classifyError(fromAnswer(status, body))).toEqual(meaningOf(kind));
    expect(classifyError(body, { status })).toEqual(meaningOf(kind));
    // An error event inside a 200: its input may be on the bill.
    const inBand = { ...meaningOf(kind), mayHaveRun: true };
    expect(classifyError(body)).toEqual(kind === 'spent' ? meaningOf(kind) : inBand);
    const thrown = new sdk.APIError(undefined, body, undefined, new Headers(), type as ErrorType);
    expect(classifyError(thrown)).toEqual(kind === 'spent' ? meaningOf(kind) : inBand);
  });

  it('takes a type or a status that nobody knows yet by its family', () => {
    expect(classifyError(errorBody('quota_of_tomorrow_error', 'x')).kind).toBe('server-error');
    expect(classifyError(fromAnswer(599, undefined)).kind).toBe('server-error');
    expect(classifyError(fromAnswer(418, undefined)).kind).toBe('rejected');
  });

  it.each([
    ['the cap of the tier', 429, 'rate_limit_error', 'enforced_spend_limit_reached', 'x'],
    ['the contract', 429, 'rate_limit_error', 'contract_spend_limit_reached', 'x'],
    ['billing', 402, 'billing_error', null, 'x'],
    ['billing elsewhere', 402, 'billing_error', 'linked_organization_spend_limit_reached', 'x'],
    ['an account on hold', 400, 'invalid_request_error', 'organization_on_hold', 'x'],
    [
      'a limit the owner set',
      400,
      'invalid_request_error',
      null,
      'You have reached your specified API usage limits. You will regain access on 2026-12-01.',
    ],
  ])('never advises anything against a stop of spending: %s', (_, status, type, code, message) => {
    const body = { type: 'error', error: { type, message, details: code === null ? null : { error_code: code } } };
    const headers = { 'x-should-retry': 'true', 'retry-after': '1' };
    expect(classifyError(fromAnswer(status, body, headers))).toEqual(meaningOf('spent'));
    expect(classifyError(body, { status, headers: new Headers(headers) }).advice).toEqual([]);
  });

  it('takes a 429 for want of capacity as one that waiting helps', () => {
    const body = {
      type: 'error',
      error: { type: 'rate_limit_error', message: 'x', details: { error_code: 'ramp_limit_exceeded' } },
    };
    expect(classifyError(body, { status: 429 })).toEqual(meaningOf('throttled'));
  });

  it('lets the server overrule the advice, both ways', () => {
    expect(classifyError(fromAnswer(503, undefined, { 'x-should-retry': 'false' })).advice).toEqual([]);
    expect(classifyError(fromAnswer(400, undefined, { 'x-should-retry': 'true' })).advice).toEqual(['after-delay']);
    expect(classifyError(fromAnswer(529, undefined, { 'x-should-retry': 'true' }))).toEqual(meaningOf('overloaded'));
    expect(classifyError(fromAnswer(503, undefined, { 'x-should-retry': 'perhaps' }))).toEqual(
      meaningOf('unavailable'),
    );
  });

  it.each([
    ['ECONNREFUSED', 'unreachable'],
    ['ENOTFOUND', 'unreachable'],
    ['EAI_AGAIN', 'unreachable'],
    ['UND_ERR_CONNECT_TIMEOUT', 'unreachable'],
    ['CERT_HAS_EXPIRED', 'tls'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls'],
    ['ECONNRESET', 'disconnected'],
    ['EPIPE', 'disconnected'],
    ['UND_ERR_SOCKET', 'disconnected'],
    ['UND_ERR_HEADERS_TIMEOUT', 'no-answer'],
    ['ETIMEDOUT', 'no-answer'],
    ['EADDRNOTAVAIL', 'unreachable'],
    ['EAI_FAIL', 'unreachable'],
    ['HOSTNAME_MISMATCH', 'tls'],
    ['CRL_HAS_EXPIRED', 'tls'],
    ['UND_ERR_PRX_TLS', 'tls'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls'],
    ['ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC', 'disconnected'],
    ['ERR_INVALID_ARG_TYPE', 'unexpected'],
    ['UND_ERR_INVALID_ARG', 'unexpected'],
  ] as const)('knows what %s of a transport means, however deep it lies', (code, kind) => {
    const error = Object.assign(new Error('low'), { code });
    expect(classifyError(error).kind).toBe(kind);
    if (kind === 'unexpected') return;
    expect(classifyError(new sdk.APIConnectionError({ cause: new Error('middle', { cause: error }) })).kind).toBe(kind);
  });

  it.each(['constructor', 'toString', '__proto__'])('is not led astray by a name like %s', (name) => {
    expect(classifyError(Object.assign(new Error('x'), { name })).kind).toBe('unexpected');
    expect(classifyError(errorBody(name, 'x')).kind).toBe('server-error');
    expect(classifyError({ [Symbol.for('nestjs-claude:error')]: true, code: name }).kind).toBe('unexpected');
  });

  it('does without headers that are none', () => {
    const older = Object.assign(fromAnswer(529, undefined), { headers: { 'x-should-retry': 'false' } });
    expect(classifyError(older)).toEqual(meaningOf('overloaded'));
  });

  it('tells a connection that was never made from one that broke, by what the system was doing', () => {
    const timedOut = (syscall: string): Error => Object.assign(new Error('x'), { code: 'ETIMEDOUT', syscall });
    expect(classifyError(timedOut('connect')).kind).toBe('unreachable');
    expect(classifyError(timedOut('read')).kind).toBe('no-answer');
    expect(classifyError(new ConnectionTimeoutError('x', timedOut('connect'))).kind).toBe('unreachable');
    const refused = Object.assign(new Error('Proxy response (407) !== 200 when HTTP Tunneling'), {
      code: 'UND_ERR_ABORTED',
    });
    expect(classifyError(refused, { ofTransport: true }).kind).toBe('unreachable');
  });

  it('takes what is thrown for a request under way as the network’s, and anything else as a bug', () => {
    expect(classifyError(new TypeError('x'), { ofTransport: true }).kind).toBe('disconnected');
    const misuse = Object.assign(new Error('x'), { code: 'UND_ERR_INVALID_ARG' });
    expect(classifyError(misuse, { ofTransport: true }).kind).toBe('unexpected');
    expect([new TypeError('x'), 'text', null, undefined, {}].map((thrown) => classifyError(thrown).kind)).toEqual(
      Array.from({ length: 5 }, () => 'unexpected'),
    );
  });

  it('knows an abort by its name', () => {
    expect(classifyError(new DOMException('x', 'AbortError'), { ofTransport: true }).kind).toBe('aborted');
  });

  const KIND_OF_CODE: Readonly<Record<ClaudeErrorCode, FailureKind>> = {
    budget_exceeded: 'over-budget',
    circuit_open: 'circuit-open',
    deadline_exceeded: 'deadline-passed',
    input_blocked: 'input-blocked',
    invalid_context: 'misused',
    invalid_options: 'misused',
    key_unavailable: 'no-key',
    limit_exceeded: 'over-limit',
    no_endpoint: 'no-endpoint',
    protocol_error: 'malformed',
    request_exceeds_limit: 'never-fits',
    shutting_down: 'shutting-down',
    store_unavailable: 'store-away',
    stream_interrupted: 'stream-interrupted',
    stream_stalled: 'stream-stalled',
    unpriced_model: 'unpriced-model',
  };

  it.each(Object.values(EVERY_ERROR))('knows our own $code', (error) => {
    expect(classifyError(error, { ofTransport: true })).toBe(meaningOf(KIND_OF_CODE[error.code]));
  });

  it('takes a code of another version of this package for nothing that is known', () => {
    const foreign = { [Symbol.for('nestjs-claude:error')]: true, code: 'of_tomorrow' };
    expect(classifyError(foreign).kind).toBe('unexpected');
  });
});

describe('the meanings', () => {
  const BOTH: readonly RetryAdvice[] = ['after-delay', 'elsewhere'];
  const ALL: readonly RetryAdvice[] = ['after-delay', 'elsewhere', 'other-model'];

  /** Fault, advice, whether it counts against a circuit, whether it may have run: word for word, beside the table itself. */
  const MEANS: Readonly<Record<FailureKind, readonly [Fault, readonly RetryAdvice[], boolean, boolean]>> = {
    'server-error': ['service', BOTH, true, true],
    unavailable: ['service', BOTH, true, false],
    overloaded: ['model', ALL, true, false],
    throttled: ['limit-domain', ALL, false, false],
    spent: ['limit-domain', [], false, false],
    unauthorized: ['key', ['elsewhere'], false, false],
    forbidden: ['key', ['elsewhere'], false, false],
    'request-lost': ['network', BOTH, false, false],
    conflict: ['caller', ['after-delay'], false, false],
    'not-implemented': ['service', [], false, false],
    rejected: ['caller', [], false, false],
    unreachable: ['network', BOTH, true, false],
    tls: ['network', ['elsewhere'], true, false],
    disconnected: ['network', BOTH, true, true],
    'no-answer': ['service', BOTH, true, true],
    malformed: ['service', BOTH, true, true],
    'stream-stalled': ['service', BOTH, true, true],
    'stream-interrupted': ['service', [], true, true],
    aborted: ['caller', [], false, true],
    'deadline-passed': ['caller', [], false, true],
    'circuit-open': ['service', ['elsewhere', 'other-model'], false, false],
    'over-limit': ['limit-domain', BOTH, false, false],
    'never-fits': ['caller', [], false, false],
    'over-budget': ['us', [], false, false],
    'unpriced-model': ['caller', [], false, false],
    'input-blocked': ['caller', [], false, false],
    'no-endpoint': ['service', ['after-delay'], false, false],
    'no-key': ['key', ['elsewhere'], false, false],
    'shutting-down': ['us', ['elsewhere'], false, false],
    'store-away': ['us', ['after-delay'], false, false],
    misused: ['caller', [], false, false],
    'retry-requested': ['us', BOTH, false, false],
    unexpected: ['us', [], false, true],
  };

  it.each(FAILURE_KINDS)('are what they are meant to be: %s', (kind) => {
    const { fault, advice, countsAgainstCircuit, mayHaveRun } = meaningOf(kind);
    expect([fault, advice, countsAgainstCircuit, mayHaveRun]).toEqual(MEANS[kind]);
    expect([meaningOf(kind).kind, Object.isFrozen(meaningOf(kind))]).toEqual([kind, true]);
  });
});
