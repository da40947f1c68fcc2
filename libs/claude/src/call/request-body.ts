import type { APIRequest } from '@anthropic-ai/sdk';
import { keepNumbers, type KeptNumbers } from './exact-numbers.js';

type RequestBody = APIRequest['body'];

/** Whether a body can be sent more than once. A stream, or anything else that is read as it goes, cannot. */
export function isReplayable(body: RequestBody): boolean {
  if (typeof body !== 'object' || body === null) return true;
  return !(body instanceof ReadableStream) && !(Symbol.asyncIterator in body);
}

/** What of a request may be changed on its way. */
export interface RequestChanges {
  readonly model?: string;
  readonly max_tokens?: number;
}

/** An encoded body, and what it says. */
export interface ReplacedRequest {
  readonly body: RequestBody;
  readonly params: unknown;
}

/** An encoded JSON body that is read to be written again. */
export interface ReadBody {
  /** What it says. A number that a double cannot hold is a string in it, to be left alone. */
  readonly params: unknown;
  /** Encodes what was made of it, every number with the digits it came with. */
  write(params: unknown): { readonly body: string; readonly params: unknown };
}

/** An encoded JSON body that asks for something else and is otherwise the same; `null` for a body that is no request. */
export function withChanges(body: RequestBody, changes: RequestChanges): string | null {
  const read = readBody(body);
  if (read === null || typeof read.params !== 'object' || read.params === null || !('model' in read.params))
    return null;
  return read.write({ ...read.params, ...changes }).body;
}

/** Reads an encoded JSON body; `null` for a body that is none. */
export function readBody(body: RequestBody): ReadBody | null {
  if (typeof body !== 'string' && !(body instanceof Uint8Array)) return null;
  const json = typeof body === 'string' ? body : Buffer.from(body).toString('utf8');
  const kept = keepNumbers(json);
  try {
    return { params: JSON.parse(kept?.json ?? json), write: kept === null ? written : writerOf(kept) };
  } catch {
    return null;
  }
}

function written(params: unknown): { readonly body: string; readonly params: unknown } {
  return { body: JSON.stringify(params), params };
}

function writerOf(kept: KeptNumbers): ReadBody['write'] {
  return (params) => {
    const body = kept.restore(JSON.stringify(params));
    return { body, params: JSON.parse(body) as unknown };
  };
}
