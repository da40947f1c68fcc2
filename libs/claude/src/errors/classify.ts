import { isClaudeError, type ClaudeErrorCode } from './claude-error.js';
import { isErrorBody, statusOfErrorType } from './error-body.js';
import { isAbortError } from './error-cause.js';
import { meaningOf, type FailureKind, type FailureMeaning } from './failure-meaning.js';
import { codeOf, isMisuseCode, isNetworkCode, isTimeoutCode, isTlsFailure, neverSent } from './network-codes.js';

/** What is known of a failure beside the failure itself. */
export interface FailureCircumstances {
  /** HTTP status of the answer; `null` where there was none, or where the error came inside a 200. */
  readonly status?: number | null;
  /** Headers of the answer, for its `x-should-retry`. */
  readonly headers?: Headers | null | undefined;
  /** Whether the failure can only be the transport's, so that what nobody knows is the network's doing. Default false. */
  readonly ofTransport?: boolean;
}

/**
 * What a failure means: any error of the SDK, an error body or in-band error event of the API, whatever a transport
 * throws, and every refusal of ours.
 *
 * Classes are told by status, type, name and code, never by `instanceof`: the SDK's ESM and CommonJS builds have classes
 * of their own. A type or status that nobody knows yet is judged by its family: 5xx is the service's fault, 4xx the
 * caller's. `x-should-retry` of the answer wins over everything but a spend stop.
 *
 * Source: Anthropic API docs, "Errors"; error classes and codes of the SDK 1.12.
 */
export function classifyError(failure: unknown, known: FailureCircumstances = {}): FailureMeaning {
  if (isClaudeError(failure)) return meaningOf(kindOfCode(failure.code));
  // Before the body's own shape is looked for: an error of the SDK that holds a body looks like one.
  if (isApiAnswer(failure)) return ofAnswer(failure.error, failure.status ?? null, failure.headers, failure.type);
  if (isErrorBody(failure)) return ofAnswer(failure, known.status ?? null, known.headers);
  if (known.status != null && known.status >= 400) return ofAnswer(failure, known.status, known.headers);
  return meaningOf(kindOfThrown(failure, known.ofTransport === true));
}

/** Stops that no attempt of this account helps, beside 402. Source: error codes of `messages.create` in the SDK. */
const SPEND_STOPS: ReadonlySet<string> = new Set([
  'contract_spend_limit_reached',
  'enforced_spend_limit_reached',
  'linked_organization_billing_unavailable',
  'linked_organization_spend_limit_reached',
  'organization_on_hold',
]);

/** How the API words a limit that the account's owner has set, which comes as a plain 400 without a code. */
const SPECIFIED_LIMIT = /^You have reached your specified/;

function ofAnswer(
  body: unknown,
  status: number | null,
  headers: Headers | null | undefined,
  knownType: string | null = null,
): FailureMeaning {
  const error = isErrorBody(body) ? body.error : null;
  const type = error?.type ?? knownType;
  const standsFor = status ?? (type === null ? 500 : statusOfErrorType(type));
  if (isSpendStop(standsFor, error)) return meaningOf('spent');
  const meaning = advised(meaningOf(kindOfStatus(standsFor)), shouldRetryOf(headers));
  // An error event inside a 200: the answer had begun, so its input may be on the bill.
  return status === null ? { ...meaning, mayHaveRun: true } : meaning;
}

/** Errors of an older SDK hold their headers as a plain object, which says nothing here. */
function shouldRetryOf(headers: Headers | null | undefined): string | null {
  return typeof headers?.get === 'function' ? headers.get('x-should-retry') : null;
}

function isSpendStop(
  status: number,
  error: { readonly message?: unknown; readonly details?: { readonly error_code?: unknown } | null } | null,
): boolean {
  const code = error?.details?.error_code;
  if (status === 402 || (typeof code === 'string' && SPEND_STOPS.has(code))) return true;
  return status === 400 && typeof error?.message === 'string' && SPECIFIED_LIMIT.test(error.message);
}

function advised(meaning: FailureMeaning, shouldRetry: string | null): FailureMeaning {
  if (shouldRetry === 'false') return { ...meaning, advice: [] };
  if (shouldRetry !== 'true' || meaning.advice.includes('after-delay')) return meaning;
  return { ...meaning, advice: ['after-delay', ...meaning.advice] };
}

const KIND_OF_STATUS: Readonly<Partial<Record<number, FailureKind>>> = {
  401: 'unauthorized',
  403: 'forbidden',
  408: 'request-lost',
  409: 'conflict',
  429: 'throttled',
  501: 'not-implemented',
  503: 'unavailable',
  529: 'overloaded',
};

function kindOfStatus(status: number): FailureKind {
  return KIND_OF_STATUS[status] ?? (status >= 500 ? 'server-error' : 'rejected');
}

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

/** A code that only another version of this package knows is nothing anybody here foresaw. */
function kindOfCode(code: string): FailureKind {
  return Object.hasOwn(KIND_OF_CODE, code) ? KIND_OF_CODE[code as ClaudeErrorCode] : 'unexpected';
}

const KIND_OF_NAME: ReadonlyMap<unknown, FailureKind> = new Map([
  ['APIConnectionTimeoutError', 'no-answer'],
  ['APIUserAbortError', 'aborted'],
  ['RetryableError', 'retry-requested'],
  ['TimeoutError', 'no-answer'],
]);

function kindOfThrown(error: unknown, ofTransport: boolean): FailureKind {
  if (isAbortError(error)) return 'aborted';
  const code = codeOf(error);
  if (isTlsFailure(code)) return 'tls';
  if (neverSent(error) || lacksCredentials(error)) return 'unreachable';
  const name = nameOf(error);
  const known = KIND_OF_NAME.get(name);
  if (known !== undefined) return known;
  if (isTimeoutCode(code)) return 'no-answer';
  if (name === 'APIConnectionError' || isNetworkCode(code)) return 'disconnected';
  return ofTransport && !isMisuseCode(code) ? 'disconnected' : 'unexpected';
}

/**
 * Whether a client of a cloud had nothing to sign with: it asks the network for that, and nothing was sent of the request.
 * Source: `core/auth` of the SDK's Bedrock package and `client` of its Vertex package, 1.1.
 */
function lacksCredentials(error: unknown): boolean {
  return error instanceof Error && /^Failed to (?:resolve AWS|acquire Google OAuth) credentials/.test(error.message);
}

function nameOf(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('name' in error)) return null;
  return typeof error.name === 'string' ? error.name : null;
}

/** An error of the SDK that was made of an answer of the API: one with a status, or of an error event in a stream. */
export interface ApiAnswer {
  readonly status?: number | undefined;
  readonly headers?: Headers | undefined;
  readonly error: unknown;
  readonly type: string | null;
}

export function isApiAnswer(error: unknown): error is ApiAnswer {
  if (typeof error !== 'object' || error === null || !('requestID' in error) || !('error' in error)) return false;
  const { status, type } = error as Partial<ApiAnswer>;
  return typeof status === 'number' || typeof type === 'string';
}
