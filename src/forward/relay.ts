import type { ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';
import { passedHeaders } from 'nestjs-claude';
import { errorEvent } from '../errors/error-event.js';
import type { ClientWatch } from './client-watch.js';
import { EventWriter } from './event-writer.js';

/**
 * Hands the API's answer to the client: the same status, the same bytes, an event stream as it comes.
 *
 * @param writeMs How long the client may take nothing of what is there for it, in milliseconds, before it is let go.
 */
export async function relay(
  response: Response,
  reply: FastifyReply,
  client: ClientWatch,
  writeMs: number,
): Promise<void> {
  const headers = withOwnHeaders(passedHeaders(response.headers), reply);
  // An answer that is here already stays as it is unless somebody asks for its stream, so that is asked last.
  if (headers['content-type']?.startsWith('text/event-stream') && response.body !== null) {
    reply.hijack();
    reply.raw.writeHead(response.status, headers);
    return relayEvents(response.body, headers['request-id'], reply.raw, client, writeMs);
  }
  const bytes = Buffer.from(await response.arrayBuffer());
  reply.hijack();
  headers['content-length'] = String(bytes.length);
  // Node takes it back once the answer is out, and ends the connection if nothing of it goes out for so long.
  reply.raw.socket?.setTimeout(writeMs);
  reply.raw.writeHead(response.status, headers).end(bytes);
}

/** Adds what has been set on the answer already, which goes out past Fastify. */
function withOwnHeaders(headers: Record<string, string>, reply: FastifyReply): Record<string, string> {
  for (const [name, value] of Object.entries(reply.getHeaders())) headers[name] ??= String(value);
  return headers;
}

/** Never rejects: the headers are out, so a stream that breaks ends with an `error` event. */
async function relayEvents(
  body: ReadableStream<Uint8Array>,
  requestId: string | undefined,
  out: ServerResponse,
  client: ClientWatch,
  writeMs: number,
): Promise<void> {
  const events = new EventWriter(out);
  try {
    for await (const chunk of body) {
      if (!events.push(chunk)) await drained(out, client.signal, writeMs);
    }
    out.socket?.setTimeout(writeMs);
    events.end();
  } catch (error) {
    if (!client.left) events.fail(errorEvent(error, requestId));
  }
}

/** Waits until the client has taken what was written, or has left, or has taken nothing for so long that it is let go. */
function drained(out: ServerResponse, left: AbortSignal, writeMs: number): Promise<void> {
  if (left.aborted) return Promise.resolve();
  const { socket } = out;
  socket?.setTimeout(writeMs);
  return new Promise((resolve) => {
    const done = (): void => {
      socket?.setTimeout(0);
      out.off('drain', done);
      left.removeEventListener('abort', done);
      resolve();
    };
    out.once('drain', done);
    left.addEventListener('abort', done, { once: true });
  });
}
