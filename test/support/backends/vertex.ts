import type { AnthropicVertex } from '@anthropic-ai/vertex-sdk';
import { startBackend, type Backend, type BackendShape } from './backend-server.js';

const TOKEN = 'ya29.token-of-this-test-0123456789';
export const VERTEX_PROJECT = 'project-of-this-test';
export const VERTEX_REGION = 'europe-west1';

const PATH = new RegExp(
  `^/projects/${VERTEX_PROJECT}/locations/${VERTEX_REGION}/publishers/anthropic/models/([^/]+):(rawPredict|streamRawPredict)$`,
);

type AuthClient = NonNullable<NonNullable<ConstructorParameters<typeof AnthropicVertex>[0]>['authClient']>;

/** Google's credentials, handed in, so that nothing is looked for on the network. */
export function googleAuth(
  headers: () => Headers = () => new Headers({ authorization: `Bearer ${TOKEN}` }),
): AuthClient {
  const client: Pick<AuthClient, 'getRequestHeaders'> = { getRequestHeaders: async () => headers() };
  return client as AuthClient;
}

/** Google's names of failures. Source: Google Cloud, "Error model". */
const STATUSES: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
};

const SHAPE: BackendShape = {
  target(path) {
    const [, id, method] = PATH.exec(path) ?? [];
    const model = decodeURIComponent(id ?? '').replace(/@.*$/, '');
    return model === '' ? null : { model, stream: method === 'streamRawPredict' };
  },
  isAuthorized: ({ headers }) => headers.authorization === `Bearer ${TOKEN}`,
  writeError(response, status, message) {
    const error = { code: status, message, status: STATUSES[status] ?? 'UNKNOWN' };
    response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8' }).end(JSON.stringify({ error }));
  },
  writeHead: (response, stream) =>
    void response.writeHead(200, {
      'content-type': stream ? 'text/event-stream; charset=utf-8' : 'application/json',
      'request-id': 'req_vrtx_1',
    }),
  frame: (event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`,
};

/** Vertex AI's prediction service, in front of a simulator of its own. */
export function startVertex(): Promise<Backend> {
  return startBackend(SHAPE);
}
