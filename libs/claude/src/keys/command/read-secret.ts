import type { Readable, Writable } from 'node:stream';
import { createInterface } from 'node:readline';
import { Writable as WritableStream } from 'node:stream';

/** Where the command reads from and writes to. */
export interface Console {
  readonly input: Readable & { readonly isTTY?: boolean };
  readonly output: Writable;
  readonly errors: Writable;
}

/** A secret from a terminal, without showing it, or the whole of what is piped in. */
export async function readSecret(
  prompt: string,
  { input, errors }: Pick<Console, 'input' | 'errors'>,
): Promise<string> {
  if (input.isTTY !== true) return readAll(input);
  errors.write(prompt);
  const silent = new WritableStream({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input, output: silent, terminal: true, historySize: 0 });
  try {
    return await new Promise<string>((resolve, reject) => {
      lines.once('line', resolve);
      lines.once('SIGINT', () => reject(new InterruptedError()));
      lines.once('close', () => reject(new InterruptedError()));
    });
  } finally {
    lines.close();
    errors.write('\n');
  }
}

/** Somebody pressed Ctrl-C, or the terminal went. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
}

async function readAll(input: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of input) chunks.push(Buffer.from(chunk as Uint8Array | string));
  return Buffer.concat(chunks).toString('utf8');
}
