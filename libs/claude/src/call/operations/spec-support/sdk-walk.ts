import { AsyncLocalStorage } from 'node:async_hooks';
import Anthropic from '@anthropic-ai/sdk';
import type { OperationRequest } from '../operation-of.js';

/** What a use of the SDK asked the API for. */
export interface Recorded {
  readonly requests: readonly OperationRequest[];
  /** What the use threw, if it did. */
  readonly error?: unknown;
}

/** What one method of an SDK resource asked for when it was called with stand-ins. */
export interface WalkedMethod extends Recorded {
  /** The SDK's path to the method, e.g. `beta.messages.batches.results`. */
  readonly name: string;
}

type Resource = Readonly<Record<string, unknown>>;

const recording = new AsyncLocalStorage<OperationRequest[]>();

const ANSWER = {
  type: 'message',
  role: 'assistant',
  content: [],
  stop_reason: 'end_turn',
  usage: { input_tokens: 1, output_tokens: 1 },
  data: [],
  results_url: 'https://api.anthropic.com/v1/messages/batches/id_1/results',
};

/** A client that records each request where our middleware stands, and answers it there. */
export function recordingClient(): Anthropic {
  return new Anthropic({
    apiKey: 'x',
    maxRetries: 0,
    logLevel: 'off',
    middleware: [
      (_request, _next, { options }) => {
        if (options) recording.getStore()?.push(options);
        return Promise.resolve(Response.json(ANSWER));
      },
    ],
  });
}

/** The requests of a {@link recordingClient} that `use` leads to. */
export function record(use: () => unknown): Promise<Recorded> {
  const requests: OperationRequest[] = [];
  return recording.run(requests, async () => {
    try {
      await use();
      return { requests };
    } catch (error) {
      return { requests, error };
    }
  });
}

/** Calls every method of every resource of a {@link recordingClient}, except those `skipped` by name. */
export function walk(client: Anthropic, skipped: ReadonlySet<string>): Promise<WalkedMethod[]> {
  const walks = [...resourcesOf(client, '')].flatMap(([path, resource]) =>
    methodsOf(resource).map(async ([method, call]) => {
      const name = `${path}.${method}`;
      if (skipped.has(name)) return { name, requests: [] };
      const { requests, error } = await record(() => Reflect.apply(call, resource, [standIn, standIn]));
      return { name, requests, error };
    }),
  );
  return Promise.all(walks);
}

function* resourcesOf(parent: object, prefix: string): Generator<[name: string, resource: Resource]> {
  const entries: [string, unknown][] = Object.entries(parent);
  for (const [key, value] of entries) {
    if (key === '_client' || !isResource(value)) continue;
    yield [`${prefix}${key}`, value];
    yield* resourcesOf(value, `${prefix}${key}.`);
  }
}

function isResource(value: unknown): value is Resource {
  return typeof value === 'object' && value !== null && '_client' in value;
}

function methodsOf(resource: Resource): [name: string, method: Function][] {
  const names = new Set<string>();
  let level: object | null = resource;
  while (level !== null && level !== Object.prototype) {
    Object.getOwnPropertyNames(level).forEach((name) => names.add(name));
    level = Reflect.getPrototypeOf(level);
  }
  names.delete('constructor');
  return [...names].flatMap((name) => {
    const value = resource[name];
    return typeof value === 'function' ? [[name, value]] : [];
  });
}

/** An id and a params object in one: reads as `id_1` in a path, and so does each field that is named like an id. */
const standIn: unknown = new Proxy(
  {},
  {
    get(_target, key) {
      if (key === 'toString') return () => 'id_1';
      return typeof key === 'string' && /_id$|^(?:target|version)$/.test(key) ? 'id_1' : undefined;
    },
  },
);
