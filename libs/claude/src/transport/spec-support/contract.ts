import { createTransport, type FetchInit, type Transport } from '../transport.js';
import { serveEverything } from './echo-server.js';
import type { TestServer } from './server.js';

/** What a contract is checked on. */
export interface Subject {
  readonly name: 'the platform' | 'the undici transport' | 'the fetch transport';
  readonly server: TestServer;
  readonly transport: Transport;
  /** Fetches a path of the server. */
  get(path: string, init?: FetchInit): Promise<Response>;
}

const platform: Transport = {
  fetch: fetch as unknown as Transport['fetch'],
  stats: { openSockets: 0, activeRequests: 0 },
  close: () => Promise.resolve(),
};

const SUBJECTS: readonly [Subject['name'], () => Transport][] = [
  ['the platform', () => platform],
  ['the undici transport', () => createTransport()],
  ['the fetch transport', () => createTransport({ kind: 'fetch' })],
];

/** The platform's fetch is the reference: what it does, ours does. `define` gets the subject once the tests run. */
export function describeContract(define: (subject: Subject) => void): void {
  describe.each(SUBJECTS)('fetch of %s', (name, create) => {
    const started = {} as { server: TestServer; transport: Transport };

    beforeAll(async () => {
      started.server = await serveEverything();
      started.transport = create();
    });

    afterAll(async () => {
      await started.transport.close();
      await started.server.close();
    });

    define({
      name,
      get server() {
        return started.server;
      },
      get transport() {
        return started.transport;
      },
      get: (path, init) => started.transport.fetch(`${started.server.url}${path}`, init),
    });
  });
}

export async function concatenated(stream: AsyncIterable<Uint8Array> | null): Promise<string> {
  let text = '';
  for await (const chunk of stream ?? []) text += Buffer.from(chunk).toString();
  return text;
}
