import type { Socket } from 'node:net';
import { STATUS_CODES } from 'node:http';
import { errorBody, errorTypeOfStatus } from 'nestjs-claude';
import { newRequestId } from '../errors/request-id.js';

const STATUS_OF_CODE: Readonly<Record<string, number>> = { ERR_HTTP_REQUEST_TIMEOUT: 408, HPE_HEADER_OVERFLOW: 431 };

/** Answers what is not even HTTP, for which there is no request and no reply, and closes the connection. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = STATUS_OF_CODE[error.code ?? ''] ?? 400;
  const requestId = newRequestId();
  const body = JSON.stringify(errorBody(errorTypeOfStatus(status), 'The request is not valid HTTP.', requestId));
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: application/json\r\nrequest-id: ${requestId}\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
