import { APIConnectionError } from '@anthropic-ai/sdk';
import { errorBody, errorTypeOfStatus, isErrorBody, statusOfErrorType, type ErrorBody } from '../errors/error-body.js';
import { isClaudeError } from '../errors/claude-error.js';
import { isAbortError, toError } from '../errors/error-cause.js';
import { ProtocolError } from '../errors/errors.js';
import { summarizeFailure } from '../errors/failure-summary.js';
import type { Redactor } from '../redaction/redactor.js';
import { WireResponse } from '../transport/wire-response.js';
import type { Attempt } from './attempt.js';
import type { Call } from './call.js';
import { credentialIn } from './endpoint.js';
import { EndTap } from './end-tap.js';
import { messageText } from './message-text.js';
import { UNKNOWN_OPERATION } from './operations/operation.js';
import { StreamTap, type StreamTapOptions } from './stream-tap.js';
import { normalizeUsage } from './usage.js';

/** How much of an answer that is no API error is quoted in the error made of it. */
const QUOTED_CHARACTERS = 300;

/** How answers are read. */
export interface AnswerOptions extends StreamTapOptions {
  /** Clears what is quoted of an answer. */
  readonly redactor: Redactor;
}

/**
 * Reads an answer as far as it must be read before it may be handed out: JSON and errors to their end, event streams to
 * their commit point, anything else not at all. From there on a tap follows it and settles the call.
 *
 * @throws ProtocolError when it is not what the operation answers with.
 * @throws APIConnectionError when it breaks off before it may be handed out.
 */
export function receiveAnswer(
  call: Call,
  attempt: Attempt,
  response: WireResponse,
  options: AnswerOptions,
): Promise<Response> {
  if (!response.ok) return receiveError(call, attempt, response, options.redactor);
  const type = mediaType(response);
  // Of an operation that is not in the table nobody knows what it should answer with.
  const isMessage = call.operation.usage === 'message' && call.operation !== UNKNOWN_OPERATION;
  if (isMessage && type === 'text/event-stream') return receiveStream(call, attempt, response, options);
  if (type === 'application/json' && !(isMessage && call.stream)) return receiveJson(call, attempt, response);
  if (isMessage) throw unexpectedType(call, response, type);
  return Promise.resolve(receiveBytes(call, attempt, response));
}

/** JSON is parsed here, once, and handed on parsed. */
async function receiveJson(call: Call, attempt: Attempt, response: WireResponse): Promise<Response> {
  const bytes = await collect(response);
  const parsed = parseJson(bytes, call);
  const usage =
    call.operation.usage === 'message' ? normalizeUsage((parsed as { usage?: unknown } | null)?.usage) : null;
  if (call.operation.usage === 'message') attempt.answer = () => messageText(parsed);
  attempt.tellJson(parsed);
  attempt.end(null, usage);
  return response.hold(bytes, parsed);
}

async function receiveStream(
  call: Call,
  attempt: Attempt,
  response: WireResponse,
  options: AnswerOptions,
): Promise<Response> {
  const { wire } = response;
  if (wire === null) throw new ProtocolError('The API answered a streaming call without a body.');
  const tap = new StreamTap(call, attempt, response, options);
  wire.keepFlowing = true;
  wire.tap(tap);
  tap.watch.start();
  const commitment = await tap.commitment.catch(brokenOff);
  wire.keepFlowing = false;
  if (commitment.kind === 'content') {
    attempt.commit();
    return response;
  }
  wire.cancel();
  return inBandError(attempt, response, commitment.body);
}

/** A body that holds no usage: passed on unread, and followed to its end. */
function receiveBytes(call: Call, attempt: Attempt, response: WireResponse): Response {
  attempt.commit();
  if (response.wire === null) {
    attempt.end(null);
  } else {
    response.wire.tap(new EndTap(call, attempt));
  }
  return response;
}

/** An error event before the first content is the status it stands for, so that everybody outside sees one kind of failure. */
function inBandError(attempt: Attempt, response: WireResponse, body: unknown): Response {
  const error = isErrorBody(body) ? body : errorBody('api_error', 'The stream began with an error of unknown shape.');
  attempt.status = statusOfErrorType(error.error.type);
  return errorResponse(response, attempt.status, error);
}

async function receiveError(
  call: Call,
  attempt: Attempt,
  response: WireResponse,
  redactor: Redactor,
): Promise<Response> {
  const bytes = withoutKey(call, await collect(response), redactor);
  const parsed = tryJson(bytes);
  if (isErrorBody(parsed)) {
    attempt.end(summarizeFailure(parsed, response));
    return response.hold(bytes, parsed);
  }
  const error = foreignError(response, bytes, redactor);
  attempt.end(summarizeFailure(error, response));
  return errorResponse(response, response.status, error);
}

/** What a proxy or load balancer says is put into the API's words, shortened, and cleared of what looks like a key. */
function foreignError(response: WireResponse, bytes: Buffer, redactor: Redactor): ErrorBody {
  const head = bytes.subarray(0, 4 * QUOTED_CHARACTERS).toString('utf8');
  const quoted = redactor.line(head).replace(/\s+/g, ' ');
  const message =
    `The upstream answered ${response.status} with ${bytes.length} bytes of ${mediaType(response) || 'unknown type'} ` +
    `instead of an API error: ${quoted.slice(0, QUOTED_CHARACTERS).trim() || '(empty)'}`;
  return errorBody(errorTypeOfStatus(response.status), message, response.headers.get('request-id'));
}

/**
 * An error's body goes to its caller as it is, but for a key: what stands between us and the API may quote the request, in
 * an error of the API's shape too. The one that this request carries may be the caller's own, which nobody else knows.
 */
function withoutKey(call: Call, bytes: Buffer, redactor: Redactor): Buffer {
  const text = bytes.toString('utf8');
  const cleared = redactor.exact(text, credentialIn(call.request.headers));
  return cleared === text ? bytes : Buffer.from(cleared);
}

function errorResponse(response: WireResponse, status: number, error: ErrorBody): Response {
  const headers = new Headers(response.headers);
  headers.set('content-type', 'application/json');
  for (const name of ['content-length', 'content-encoding', 'transfer-encoding']) headers.delete(name);
  const bytes = Buffer.from(JSON.stringify(error));
  return WireResponse.fromBytes({ status, statusText: '', url: response.url, headers }, bytes, error);
}

/** The whole body. A connection that breaks meanwhile is a connection error, in the SDK's own class. */
function collect({ wire }: WireResponse): Promise<Buffer> {
  return wire === null ? Promise.resolve(Buffer.alloc(0)) : wire.collect().then(undefined, brokenOff);
}

/** An answer that ended before it could be handed out, in the SDK's own class unless it is known better. */
function brokenOff(thrown: unknown): never {
  const error = toError(thrown);
  if (isAbortError(error) || isClaudeError(error) || error.name === 'TimeoutError') throw error;
  throw new APIConnectionError({ message: 'The answer broke off before it was complete.', cause: error });
}

function parseJson(bytes: Buffer, call: Call): unknown {
  const parsed = tryJson(bytes);
  if (parsed !== undefined) return parsed;
  throw new ProtocolError(
    `The API answered ${call.operation.name} with ${bytes.length} bytes that are not JSON. ` +
      'A proxy in between may have replaced the answer: check `baseURL`.',
  );
}

function tryJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

function unexpectedType(call: Call, response: WireResponse, type: string): ProtocolError {
  response.wire?.cancel();
  return new ProtocolError(
    `The API answered ${call.operation.name} with ${type || 'no content type'} instead of ` +
      `${call.stream ? 'text/event-stream' : 'application/json'}. A proxy in between may have replaced the answer: check \`baseURL\`.`,
  );
}

function mediaType(response: Response): string {
  const type = response.headers.get('content-type');
  if (type === null) return '';
  const semicolon = type.indexOf(';');
  return (semicolon === -1 ? type : type.slice(0, semicolon)).trim().toLowerCase();
}
