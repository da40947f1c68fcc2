import type { APIRequest } from '@anthropic-ai/sdk';

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

/** An encoded JSON body that asks for something else and is otherwise the same; `null` for a body that is no request. */
export function withChanges(body: RequestBody, changes: RequestChanges): string | null {
  const params = parsed(body);
  if (typeof params !== 'object' || params === null || !('model' in params)) return null;
  return JSON.stringify({ ...params, ...changes });
}

/** A request, and its params, that say what `change` makes of its encoded body; both as they are where that is no JSON. */
export function rewrittenRequest(
  request: APIRequest,
  params: unknown,
  change: (params: unknown) => unknown,
): [request: APIRequest, params: unknown] {
  const given = parsed(request.body);
  if (given === null) return [request, params];
  const changed = change(given);
  return [{ ...request, body: JSON.stringify(changed) }, changed];
}

function parsed(body: RequestBody): unknown {
  if (typeof body !== 'string' && !(body instanceof Uint8Array)) return null;
  try {
    return JSON.parse(typeof body === 'string' ? body : Buffer.from(body).toString('utf8'));
  } catch {
    return null;
  }
}
