import { errorBody, errorMessageOf, errorTypeOf } from '../http/api-failure.js';
import { bodySteps, type Step } from '../http/step.js';
import type { StatusFault } from './fault.js';

/** What a proxy in front of the API answers with. */
const HTML_502 =
  '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n' +
  '<hr><center>cloudflare</center>\r\n</body>\r\n</html>\r\n';

/** @param headers Those of every answer, but for the content type and length. */
export function statusSteps(fault: StatusFault, headers: readonly string[], requestId: string): readonly Step[] {
  const isHtml = fault.status === 502 && !fault.body && !fault.type && !fault.message;
  const contentType = fault.contentType ?? (isHtml ? 'text/html' : 'application/json');
  const body = fault.body ?? (isHtml ? HTML_502 : defaultBody(fault, requestId));
  return bodySteps(fault.status, ['content-type', contentType, ...headers, ...ownHeaders(fault)], body);
}

function defaultBody({ status, type, message, errorCode }: StatusFault, requestId: string): string {
  const error = { type: type ?? errorTypeOf(status), message: message ?? errorMessageOf(status), errorCode };
  return errorBody(error, requestId);
}

function ownHeaders({ headers = {}, retryAfter, retryAfterMs }: StatusFault): readonly string[] {
  const own = Object.entries(headers).flat();
  if (retryAfter !== undefined) own.push('retry-after', String(retryAfter));
  if (retryAfterMs !== undefined) own.push('retry-after-ms', String(retryAfterMs));
  return own;
}
