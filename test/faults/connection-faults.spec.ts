import { APIConnectionError, APIConnectionTimeoutError } from '@anthropic-ai/sdk';
import dns from 'node:dns';
import { createServer as createTlsServer } from 'node:https';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { TEST_CERTIFICATE, TEST_KEY } from '../../libs/claude/src/transport/spec-support/certificate.js';
import { listening, serveTcp, type TestServer } from '../../libs/claude/src/transport/spec-support/server.js';
import { bootClaude, FAST_RETRY, PARAMS, rejection, type ClaudeHarness } from '../support/claude-harness.js';
import { EXPIRED_CERTIFICATE } from '../support/expired-certificate.js';
import { startBlackHole } from '../support/server-thread.js';
import { expectNothingHeld, fault, toldBy } from './support.js';

let harness: ClaudeHarness;
const toClose: (() => Promise<void>)[] = [];
afterEach(async () => {
  jest.restoreAllMocks();
  await expectNothingHeld(harness);
  await Promise.all(toClose.splice(0).map((close) => close()));
});

/** The ways to ask for a message and read all of it. */
const WAYS: readonly (() => Promise<unknown>)[] = [
  () => harness.claude.messages.create(PARAMS),
  async () => {
    for await (const _ of await harness.claude.messages.create({ ...PARAMS, stream: true }));
  },
];

/** Something that is closed when the test has ended, and only then. */
async function untilTheEnd(server: Promise<TestServer>): Promise<TestServer> {
  const started = await server;
  toClose.push(() => started.close());
  return started;
}

/** The messages of everything in the chain of causes. Errors of Node are of another realm than a test's. */
function chainOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  const { message, cause } = error as Error;
  return `${message}\n${chainOf(cause)}`;
}

async function closedPort(): Promise<number> {
  const server = await serveTcp(() => undefined);
  await server.close();
  return server.port;
}

fault(1, 'a refused connection is retried with jitter up to the limit, and costs nothing', async () => {
  const baseURL = `http://127.0.0.1:${await closedPort()}`;
  for (const ask of WAYS) {
    harness = await bootClaude({}, {}, { baseURL: () => baseURL, random: () => 0.25 });
    const error = await rejection(ask());
    expect(error).toBeInstanceOf(APIConnectionError);
    const { failure, meaning } = toldBy(error, harness);
    expect(meaning).toMatchObject({ kind: 'unreachable', fault: 'network', mayHaveRun: false });
    expect(meaning.advice).toContain('after-delay');
    expect(failure.attempts).toHaveLength(3);
    for (const { failure: failed, usage, cause } of failure.attempts) {
      expect({ code: failed?.code, usage }).toEqual({ code: 'ECONNREFUSED', usage: null });
      expect(chainOf(cause)).toContain('ECONNREFUSED');
    }
    const { baseDelayMs } = FAST_RETRY;
    expect(harness.clock.waits).toEqual([baseDelayMs * 0.25, baseDelayMs * 2 * 0.25]);
    expect(harness.record()).toMatchObject({ outcome: { kind: 'failed' }, status: null, usage: null });
    await expectNothingHeld(harness);
  }
});

type LookupCallback = (error: Error | null, addresses?: readonly { address: string; family: number }[]) => void;

/** The resolver of the machine, as far as `net.connect` asks it: it fails so often, then has the simulator's address. */
function resolveAfter(failures: number): jest.SpyInstance {
  let lookups = 0;
  const lookup = (hostname: string, _: { readonly all: true }, callback: LookupCallback): void => {
    const error = Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), { code: 'ENOTFOUND', hostname });
    if (lookups++ < failures) process.nextTick(callback, error);
    else process.nextTick(callback, null, [{ address: '127.0.0.1', family: 4 }]);
  };
  return jest.spyOn(dns, 'lookup').mockImplementation(lookup as unknown as typeof dns.lookup);
}

const NAMED = { baseURL: (simulator: string) => simulator.replace('127.0.0.1', 'claude.invalid') };

fault(2, 'a name that does not resolve is retried until it does, and the call is billed once', async () => {
  harness = await bootClaude({}, {}, NAMED);
  resolveAfter(2);
  await harness.claude.messages.create(PARAMS);
  expect(harness.records).toHaveLength(1);
  expect(harness.sim.billed.messages).toHaveLength(1);
  const codes = harness.record().attempts.map(({ failure, usage }) => [failure?.code, usage?.quality]);
  expect(codes).toEqual([
    ['ENOTFOUND', undefined],
    ['ENOTFOUND', undefined],
    [undefined, 'complete'],
  ]);
});

fault(2, 'a name that never resolves ends in a connection error that names it', async () => {
  harness = await bootClaude({}, {}, NAMED);
  const lookup = resolveAfter(Infinity);
  const error = await rejection(harness.claude.messages.create(PARAMS));
  expect(error).toBeInstanceOf(APIConnectionError);
  expect(toldBy(error, harness).meaning).toMatchObject({ kind: 'unreachable', mayHaveRun: false });
  expect(chainOf(error)).toContain('claude.invalid');
  expect(lookup).toHaveBeenCalledTimes(3);
  expect(harness.record().usage).toBeNull();
});

fault(3, 'a connection that is never made fails far below the time of a request, and is retried', async () => {
  const hole = await startBlackHole();
  toClose.push(() => hole.stop());
  harness = await bootClaude({ transport: { connectTimeoutMs: 100 } }, {}, { baseURL: () => hole.url });
  const error = await rejection(harness.claude.messages.create(PARAMS, { maxRetries: 1 }));
  expect(error).toBeInstanceOf(APIConnectionTimeoutError);
  const { failure, meaning } = toldBy(error, harness);
  expect(failure.attempts.map(({ failure: failed }) => failed?.code)).toEqual([
    'UND_ERR_CONNECT_TIMEOUT',
    'UND_ERR_CONNECT_TIMEOUT',
  ]);
  expect(meaning).toMatchObject({ kind: 'unreachable', fault: 'network', mayHaveRun: false });
  expect(meaning.advice).toContain('after-delay');
  expect(harness.record()).toMatchObject({ outcome: { kind: 'failed', error: { meaning } }, usage: null });
  // Two connections, each to about a second; the time of a request is ten minutes.
  expect(harness.record().durationMs).toBeLessThan(4_000);
});

/** Calls a server whose certificate must not be accepted. */
async function expectDistrust(cert: string, host: string, code: string): Promise<void> {
  let requests = 0;
  const https = createTlsServer({ key: TEST_KEY, cert }, () => (requests += 1));
  const server = await untilTheEnd(listening(https, 'https'));
  for (const [index, ask] of WAYS.entries()) {
    const baseURL = `https://${host}:${server.port}`;
    harness = await bootClaude({ transport: { tls: { ca: cert } } }, {}, { baseURL: () => baseURL });
    const error = await rejection(ask());
    expect(error).toBeInstanceOf(APIConnectionError);
    const { failure, meaning } = toldBy(error, harness);
    expect(meaning).toMatchObject({ kind: 'tls', fault: 'network', mayHaveRun: false });
    expect(meaning.advice).not.toContain('after-delay');
    expect(failure.attempts).toMatchObject([{ failure: { code }, usage: null, retryDelayMs: null }]);
    expect(chainOf(error)).toContain(host);
    expect({ requests, connections: server.accepted }).toEqual({ requests: 0, connections: index + 1 });
    await expectNothingHeld(harness);
  }
}

fault(4, "another host's certificate is not tried again, nor without TLS, and the error names the host", async () => {
  await expectDistrust(TEST_CERTIFICATE, '127.0.0.1', 'ERR_TLS_CERT_ALTNAME_INVALID');
});

fault(4, 'so it is with a certificate that has expired', async () => {
  await expectDistrust(EXPIRED_CERTIFICATE, 'localhost', 'CERT_HAS_EXPIRED');
});

/** Stands before the simulator, and closes each connection when anything comes after its first answer. */
async function forgetfulProxy(simulator: string, close: (socket: Socket) => void): Promise<TestServer> {
  const { port } = new URL(simulator);
  const proxy = serveTcp((client) => {
    const upstream = connect(Number(port), '127.0.0.1').on('error', () => undefined);
    let answered = false;
    upstream.on('data', (bytes) => {
      answered = true;
      client.write(bytes);
    });
    client.on('data', (bytes) => void (answered ? close(client) : upstream.write(bytes)));
    client.on('close', () => upstream.destroy());
  });
  return untilTheEnd(proxy);
}

fault(5, 'a kept connection that the peer closes at send is replaced, and nobody notices', async () => {
  for (const close of [(socket: Socket) => socket.end(), (socket: Socket) => socket.resetAndDestroy()]) {
    for (const ask of WAYS) {
      const closeAtSend = jest.fn(close);
      harness = await bootClaude(
        {},
        {},
        { baseURL: async (simulator) => (await forgetfulProxy(simulator, closeAtSend)).url },
      );
      await ask();
      // The connection is free again only after what undici still does with the answer.
      await delay(5);
      expect(harness.transport.stats.openSockets).toBe(1);
      await ask();
      expect(closeAtSend).toHaveBeenCalled();
      expect(harness.sim.billed.messages).toHaveLength(2);
      const whole = { outcome: { kind: 'succeeded' }, attempts: [{ failure: null, usage: { quality: 'complete' } }] };
      expect(harness.records).toMatchObject([whole, whole]);
      await expectNothingHeld(harness);
    }
  }
});
