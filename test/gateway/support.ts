import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import {
  createServer,
  request as httpRequest,
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
} from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Anthropic, type ClientOptions } from '@anthropic-ai/sdk';
import { ClaudeService, createVirtualKey, type ClaudeModuleOptions } from 'nestjs-claude';
import { AnthropicSimulator, type SimulatorOptions } from 'nestjs-claude/testing';
import { startGateway, type Gateway } from '../../src/gateway.js';
import { readSettings } from '../../src/settings.js';

/** The key the gateway calls with. */
export const KEY = 'sk-ant-gateways-own';

/** What gives the gateway an admin listener. */
export const ADMIN = { ADMIN_PORT: '0', ADMIN_TOKEN: 'admin-token-0123456789' } as const;

/** One caller with a key, so that other machines may be let in. */
export const CALLER = createVirtualKey('caller');

/** What lets other machines in. */
export const OPEN = {
  HOST: '0.0.0.0',
  GATEWAY_KEYS: JSON.stringify({ keys: [{ id: CALLER.id, hash: CALLER.hash }] }),
} as const;

/** A request with nothing special about it. */
export const HELLO = {
  model: 'claude-sonnet-5-5',
  max_tokens: 200,
  messages: [{ role: 'user', content: 'Hello there' }],
} satisfies Anthropic.MessageCreateParamsNonStreaming;

export const STREAM = { ...HELLO, stream: true } satisfies Anthropic.MessageCreateParamsStreaming;

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) {
    // oxlint-disable-next-line no-await-in-loop -- the gateway goes before what it calls
    await cleanup();
  }
});

/** Has something undone after the test; the newest first. */
export function afterTest(cleanup: () => Promise<unknown>): void {
  cleanups.push(cleanup);
}

export async function startSimulator(options?: SimulatorOptions): Promise<AnthropicSimulator> {
  const simulator = await AnthropicSimulator.start(options);
  afterTest(() => simulator.close());
  return simulator;
}

/** The real gateway in front of any base URL. Retries are off unless `claude` says otherwise. */
export async function gatewayFor(
  baseURL: string,
  claude: ClaudeModuleOptions = {},
  env: Readonly<Record<string, string>> = {},
): Promise<Gateway> {
  const settings = readSettings({ PORT: '0', LOG_LEVEL: 'off', ANTHROPIC_API_KEY: KEY, ...env });
  const options = { apiKey: KEY, baseURL, retry: false as const, ...claude };
  const gateway = await startGateway({ ...settings, claude: options }, () => undefined);
  afterTest(() => gateway.close());
  return gateway;
}

/** The real gateway with options of the module from a file, as `CLAUDE_CONFIG` names one. */
export async function gatewayWithConfig(claude: object): Promise<Gateway> {
  const settings = readSettings({ PORT: '0', LOG_LEVEL: 'off', CLAUDE_CONFIG: configFile(JSON.stringify(claude)) });
  const gateway = await startGateway(settings, () => undefined);
  afterTest(() => gateway.close());
  return gateway;
}

/** A simulator and a gateway in front of it. */
export async function startPair(
  simulator?: SimulatorOptions,
  claude?: ClaudeModuleOptions,
  env?: Readonly<Record<string, string>>,
): Promise<{ readonly sim: AnthropicSimulator; readonly gateway: Gateway }> {
  const sim = await startSimulator(simulator);
  return { sim, gateway: await gatewayFor(sim.url, claude, env) };
}

/** A file for `CLAUDE_CONFIG`, gone after the test. */
export function configFile(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-'));
  afterTest(async () => rmSync(folder, { recursive: true }));
  const file = join(folder, 'claude.json');
  writeFileSync(file, text);
  return file;
}

/** An upstream of one's own, for answers no API gives. */
export async function startUpstream(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  afterTest(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => void server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The official SDK, pointed at a gateway or a simulator. */
export function sdk({ url }: { readonly url: string }, options: ClientOptions = {}): Anthropic {
  return new Anthropic({ apiKey: 'callers-own', baseURL: url, maxRetries: 0, logLevel: 'off', ...options });
}

/** A bare HTTP request, on a connection of its own. An object is sent as JSON. */
export function send(
  { url }: { readonly url: string },
  path: string,
  { method, body, headers }: { method?: string; body?: unknown; headers?: Record<string, string | string[]> } = {},
): Promise<Answer> {
  const bytes =
    body === undefined || Buffer.isBuffer(body)
      ? body
      : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const framing = headers?.['transfer-encoding'] ? {} : { 'content-length': String(bytes?.length ?? 0) };
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${url}${path}`, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: bytes === undefined ? headers : { 'content-type': 'application/json', ...framing, ...headers },
      agent: false,
    });
    request.on('error', reject).on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('error', reject).on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(chunks).toString(),
        });
      });
    });
    request.end(bytes);
  });
}

/** Sends bytes no HTTP client would. */
export function sendRaw({ url }: { readonly url: string }, text: string): Promise<Answer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = connect(Number(port), hostname, () => socket.write(text));
    socket
      .setEncoding('utf8')
      .on('error', reject)
      .on('data', (data: string) => (received += data));
    socket.on('close', () => {
      const [head = '', body = ''] = received.split('\r\n\r\n');
      const [statusLine = '', ...lines] = head.split('\r\n');
      const headers = Object.fromEntries(lines.map((line) => line.split(': ')) as [string, string][]);
      resolve({ status: Number(statusLine.split(' ')[1]), headers, text: body });
    });
  });
}

/** A request to the admin listener, with its token unless another is given. */
export function sendToAdmin(
  { adminUrl }: Gateway,
  path: string,
  { method, authorization = `Bearer ${ADMIN.ADMIN_TOKEN}` }: { method?: string; authorization?: string | null } = {},
): Promise<Answer> {
  if (adminUrl === null) throw new Error('The gateway has no admin listener.');
  return send({ url: adminUrl }, path, { method, headers: authorization === null ? {} : { authorization } });
}

/** A request whose answer is read by hand. */
export function open(
  { url }: { readonly url: string },
  body: object = STREAM,
  headers: Readonly<Record<string, string>> = {},
): { readonly request: ClientRequest; readonly response: Promise<IncomingMessage> } {
  const request = httpRequest(`${url}/v1/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    agent: false,
  });
  // Those who destroy the request know.
  request.on('error', () => undefined);
  request.end(JSON.stringify(body));
  return { request, response: new Promise((resolve) => void request.on('response', resolve)) };
}

/** The names of the events in a stream. */
export function eventsOf(text: string): string[] {
  return [...text.matchAll(/^event: (\w+)$/gm)].map(([, name = '']) => name);
}

/** How many calls of the gateway have not been settled. */
export function activeCalls({ app }: Gateway): number {
  return app.get(ClaudeService).activeCalls;
}

/** Waits until something holds; fails after ten seconds, or another time. */
export async function eventually(holds: () => boolean, timeoutMs = 10_000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`This did not come true in ${timeoutMs} ms: ${holds.toString()}`);
    // oxlint-disable-next-line no-await-in-loop -- polling is the point
    await new Promise((resolve) => void setTimeout(resolve, 2));
  }
}

/** What an answer says went wrong, once it is seen to be an error in the API's shape, with its id in header and body. */
export function errorIn({ status, headers, text }: Answer): { status: number; type: string; message: string } {
  const body = JSON.parse(text) as { error: { type: string; message: string } };
  expect(headers['content-type']).toMatch(/^application\/json/);
  expect(headers['request-id']).toMatch(/^req_\w+$/);
  expect(body).toEqual({ type: 'error', error: body.error, request_id: headers['request-id'] });
  expect(text).not.toMatch(/\n\s+at |\.[jt]s:\d/);
  return { status, type: body.error.type, message: body.error.message };
}
