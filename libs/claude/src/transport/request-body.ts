import { Readable } from 'node:stream';
import { types } from 'node:util';
import { PlatformReadableStream, PlatformResponse } from './platform.js';

/** A request body as undici takes it. */
export interface RequestBody {
  readonly content: string | Buffer | Readable | null;
  /** The content type it has when the caller names none. */
  readonly type?: string | undefined;
}

const NONE: RequestBody = { content: null };

/** Strings, bytes and streams at once; what is rarer (forms, blobs) is read into memory, its size being known then. */
export function toRequestBody(body: unknown): RequestBody | Promise<RequestBody> {
  if (typeof body === 'string') return { content: body, type: 'text/plain;charset=UTF-8' };
  if (body === undefined || body === null) return NONE;
  if (ArrayBuffer.isView(body)) return { content: Buffer.from(body.buffer, body.byteOffset, body.byteLength) };
  if (types.isAnyArrayBuffer(body)) return { content: Buffer.from(body) };
  if (body instanceof URLSearchParams) {
    return { content: body.toString(), type: 'application/x-www-form-urlencoded;charset=UTF-8' };
  }
  if (body instanceof Readable) return { content: watched(body) };
  if (body instanceof PlatformReadableStream) return { content: watched(Readable.fromWeb(body)) };
  if (isAsyncIterable(body)) return { content: watched(Readable.from(body)) };
  return readWhole(body);
}

function isAsyncIterable(body: unknown): body is AsyncIterable<unknown> {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
}

/** undici listens for errors while it sends, and destroys the stream with one when it has stopped to. */
function watched(stream: Readable): Readable {
  return stream.on('error', () => undefined);
}

async function readWhole(body: unknown): Promise<RequestBody> {
  const response = new PlatformResponse(body as FormData);
  const type = response.headers.get('content-type') ?? undefined;
  return { content: Buffer.from(await response.arrayBuffer()), type };
}
