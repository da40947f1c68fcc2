import { answerOf, unexpectedAnswer } from './error-answer.js';

/**
 * An error as an event of a stream, which is how the API itself reports one once the headers are out.
 *
 * @param requestId The API's id of the request whose answer broke, where it gave one.
 */
export function errorEvent(error: unknown, requestId: string | undefined): string {
  const { body } = answerOf(error) ?? unexpectedAnswer();
  const data = JSON.stringify({ ...body, request_id: requestId ?? body.request_id });
  return `event: error\ndata: ${data}\n\n`;
}
