import { randomUUID } from 'node:crypto';

/** An id for an answer that never was the API's, in the API's form. */
export function newRequestId(): string {
  return `req_${randomUUID().replaceAll('-', '')}`;
}
