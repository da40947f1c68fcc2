import { createTransport, type Transport, type TransportOptions } from '../transport.js';
import type { TestServer } from './server.js';

/** Closes after each test what the test has started. */
export function useTransports(): {
  started(server: Promise<TestServer>): Promise<TestServer>;
  transportWith(options?: TransportOptions): Transport;
} {
  const servers: TestServer[] = [];
  const transports: Transport[] = [];

  afterEach(async () => {
    await Promise.all(transports.splice(0).map((transport) => transport.close()));
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });

  return {
    started: async (server) => {
      servers.push(await server);
      return server;
    },
    transportWith: (options = {}) => {
      const transport = createTransport({ closeDeadlineMs: 0, ...options });
      transports.push(transport);
      return transport;
    },
  };
}
