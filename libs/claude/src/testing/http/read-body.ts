import type { IncomingMessage } from 'node:http';

/** Reads a body as text; `null` when it is longer than `maxBytes`. What is too long is read to its end and dropped. */
export function readBody(request: IncomingMessage, maxBytes: number, done: (text: string | null) => void): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= maxBytes) chunks.push(chunk);
    else chunks.length = 0;
  });
  request.on('end', () => {
    const [only] = chunks;
    if (bytes > maxBytes) done(null);
    else done((chunks.length === 1 && only ? only : Buffer.concat(chunks)).toString());
  });
}
