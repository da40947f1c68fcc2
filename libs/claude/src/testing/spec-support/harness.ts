import { Anthropic, type ClientOptions } from '@anthropic-ai/sdk';
import { AnthropicSimulator } from '../simulator.js';
import type { SimulatorOptions } from '../simulator.options.js';

export const KEY = 'sk-ant-test-key';
export const MODEL = 'claude-sonnet-5-5';

/** A request with nothing special about it. */
export const HELLO = {
  model: MODEL,
  max_tokens: 1_024,
  messages: [{ role: 'user', content: 'Hello there' }],
} satisfies Anthropic.MessageCreateParamsNonStreaming;

const started: AnthropicSimulator[] = [];

/** A simulator that is closed after the test. */
export async function startSimulator(options?: SimulatorOptions): Promise<AnthropicSimulator> {
  const simulator = await AnthropicSimulator.start(options);
  started.push(simulator);
  return simulator;
}

afterEach(async () => {
  await Promise.all(started.splice(0).map((simulator) => simulator.close()));
});

/** The real SDK, pointed at a simulator; it does not retry. */
export function clientOf(simulator: AnthropicSimulator, options: ClientOptions = {}): Anthropic {
  return new Anthropic({ apiKey: KEY, baseURL: simulator.url, maxRetries: 0, logLevel: 'off', ...options });
}

/** A bare HTTP request with the headers every request needs. A header set to `undefined` is left out. */
export function send(
  simulator: AnthropicSimulator,
  path: string,
  init: { method?: string; body?: unknown; headers?: Record<string, string | undefined>; signal?: AbortSignal } = {},
): Promise<Response> {
  const headers = { authorization: `Bearer ${KEY}`, 'anthropic-version': '2026-10-21', ...init.headers };
  return fetch(`${simulator.url}${path}`, {
    method: init.method ?? (init.body === undefined ? 'GET' : 'POST'),
    headers: Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined),
    body: typeof init.body === 'string' || init.body === undefined ? (init.body ?? null) : JSON.stringify(init.body),
    signal: init.signal ?? null,
  });
}

/** The error body of an answer. */
export async function errorOf(response: Response): Promise<{ type: string; message: string }> {
  const body = (await response.json()) as { type: string; error: { type: string; message: string } };
  expect(body.type).toBe('error');
  return body.error;
}

/** What a promise rejects with. */
export async function rejectionOf(promise: PromiseLike<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('This was expected to fail, and did not.');
}

/** What a function throws. */
export function thrownBy(fn: () => unknown): Error {
  try {
    fn();
  } catch (error) {
    return error as Error;
  }
  throw new Error('This was expected to throw, and did not.');
}
