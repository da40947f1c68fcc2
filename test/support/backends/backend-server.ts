import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { AnthropicSimulator } from 'nestjs-claude/testing';

/** A request as it came in. */
export interface BackendRequest {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Readonly<Record<string, unknown>>;
  /** Whether whoever asked has left before the answer was over. */
  readonly left: boolean;
}

/** What tells one backend from another. */
export interface BackendShape {
  /** The model and whether to stream, by the path; `null` for a path that does not exist there. */
  readonly target: (path: string) => { readonly model: string; readonly stream: boolean } | null;
  readonly isAuthorized: (request: IncomingMessage, body: string) => boolean;
  readonly writeError: (response: ServerResponse, status: number, message: string) => void;
  readonly writeHead: (response: ServerResponse, stream: boolean) => void;
  /** An event of the model's stream, as it is written there. */
  readonly frame: (event: ModelEvent) => Buffer | string;
}

/** An event of the Messages API. */
export interface ModelEvent {
  readonly type: string;
  readonly error?: { readonly type: string; readonly message: string };
}

/** A cloud's way to the same models: another path, another envelope, other errors. The simulator answers behind it. */
export interface Backend {
  readonly url: string;
  readonly requests: readonly BackendRequest[];
  /** What answers behind it: faults and replies are scripted there. */
  readonly model: AnthropicSimulator;
}

const running: { close(): Promise<unknown> }[] = [];

// Also what a failed test left open is closed, or the process would not end.
afterEach(async () => {
  for (const each of running.splice(0)) await each.close();
});

/** Starts one that is closed when the test ends. */
export async function startBackend(shape: BackendShape): Promise<Backend> {
  const model = await AnthropicSimulator.start();
  running.push(model);
  const requests: BackendRequest[] = [];
  const server = createServer((request, response) => {
    answer(request, response).catch(() => request.socket.destroy());
  });
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await text(request);
    const { url: path = '', headers } = request;
    const seen = { path, headers, body: JSON.parse(body || '{}') as Record<string, unknown>, left: false };
    requests.push(seen);
    response.on('close', () => (seen.left = !response.writableEnded));
    const target = shape.target(path);
    if (target === null) return shape.writeError(response, 404, 'There is no such resource.');
    if (!shape.isAuthorized(request, body)) return shape.writeError(response, 403, 'The request is not authorized.');
    await passOn(model, shape, response, { ...seen.body, ...target });
  };
  running.unshift({ close: () => closed(server) });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests, model };
}

async function closed(server: Server): Promise<void> {
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
}

async function passOn(
  { url }: AnthropicSimulator,
  shape: BackendShape,
  response: ServerResponse,
  { anthropic_version: version, anthropic_beta: _betas, ...params }: Record<string, unknown>,
): Promise<void> {
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  const answer = await fetch(`${url}/v1/messages`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'anthropic-version': String(version),
      'x-api-key': 'of-the-backend',
    },
    body: JSON.stringify(params),
    signal: gone.signal,
  });
  if (!answer.ok) {
    const { error } = (await answer.json()) as { error: { message: string } };
    return shape.writeError(response, answer.status, error.message);
  }
  const stream = params['stream'] === true;
  shape.writeHead(response, stream);
  if (stream) for await (const event of eventsOf(answer)) response.write(shape.frame(event));
  else response.write(await answer.text());
  response.end();
}

async function* eventsOf(answer: Response): AsyncGenerator<ModelEvent> {
  let rest = '';
  const decoder = new TextDecoder();
  for await (const bytes of answer.body ?? []) {
    rest += decoder.decode(bytes as Uint8Array, { stream: true });
    const blocks = rest.split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) yield JSON.parse(block.slice(block.indexOf('data: ') + 6)) as ModelEvent;
  }
}
