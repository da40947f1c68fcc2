import type { HttpAnswer } from './error-answer.js';

/** The response of Node's own HTTP, which is also that of Express. */
interface NodeResponse {
  statusCode: number;
  readonly headersSent: boolean;
  setHeader(name: string, value: string): unknown;
  removeHeader(name: string): unknown;
  end(body?: string): unknown;
}

interface FastifyReply {
  /** Whether somebody else has taken over, or the answer is out. */
  readonly sent: boolean;
  readonly raw: NodeResponse;
  code(status: number): unknown;
  header(name: string, value: string): unknown;
  removeHeader(name: string): unknown;
  send(body: string): unknown;
}

/** What others may have said of a body that is not sent now. */
const OF_ANOTHER_BODY = ['content-encoding', 'content-length', 'content-range', 'etag', 'trailer', 'transfer-encoding'];

/** Sets headers of a response that has not begun; does nothing to any other. */
export function setHeaders(response: unknown, headers: Readonly<Record<string, string>>): void {
  if (isFastifyReply(response)) {
    if (response.raw.headersSent) return;
    for (const [name, value] of Object.entries(headers)) response.header(name, value);
  } else if (isNodeResponse(response)) {
    if (response.headersSent) return;
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  }
}

/**
 * Sends an answer by a response of Express, Fastify or Node, keeping the headers that others have set,
 * unless they are about a body of theirs. A response that has begun is only ended, as Nest does.
 *
 * @returns Whether it was a response of any of these.
 */
export function sendAnswer(response: unknown, answer: HttpAnswer): boolean {
  if (!isFastifyReply(response)) return isNodeResponse(response) && sendByNode(response, answer);
  if (response.sent || response.raw.headersSent) return sendByNode(response.raw, answer);
  // Middleware gets the raw response, and Fastify sends the headers of both.
  for (const each of [response, response.raw]) dropHeaders(each);
  setHeaders(response, answer.headers);
  response.code(answer.status);
  response.send(JSON.stringify(answer.body));
  return true;
}

function sendByNode(response: NodeResponse, { status, headers, body }: HttpAnswer): true {
  if (response.headersSent) {
    response.end();
    return true;
  }
  const text = JSON.stringify(body);
  dropHeaders(response);
  setHeaders(response, { ...headers, 'content-length': String(Buffer.byteLength(text)) });
  response.statusCode = status;
  response.end(text);
  return true;
}

function dropHeaders(response: { removeHeader(name: string): unknown }): void {
  for (const name of OF_ANOTHER_BODY) response.removeHeader(name);
}

function isFastifyReply(response: unknown): response is FastifyReply {
  return (
    hasMethods(response, 'code', 'header', 'removeHeader', 'send') && 'raw' in response && isNodeResponse(response.raw)
  );
}

function isNodeResponse(response: unknown): response is NodeResponse {
  return hasMethods(response, 'setHeader', 'removeHeader', 'end') && 'headersSent' in response;
}

function hasMethods(value: unknown, ...names: readonly string[]): value is object {
  if (typeof value !== 'object' || value === null) return false;
  return names.every((name) => typeof (value as Readonly<Record<string, unknown>>)[name] === 'function');
}
