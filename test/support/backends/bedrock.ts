import type { IncomingMessage, ServerResponse } from 'node:http';
import { isSigned, type AwsCredentials } from './aws-signature.js';
import { startBackend, type Backend, type BackendShape, type ModelEvent } from './backend-server.js';
import { chunkMessage, exceptionMessage } from './event-stream.js';

/** What the server lets in. */
export const AWS_CREDENTIALS: AwsCredentials = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
};
export const BEDROCK_TOKEN = 'bedrock-token-of-this-test-0123456789';

const PATH = /^\/model\/([^/]+)\/(invoke|invoke-with-response-stream)$/;

/** The part of an id that is the model's own: `us.anthropic.claude-haiku-5-5-v1:0`. */
const MODEL_ID = /^(?:[a-z]+\.)?anthropic\.(.+?)(?:-v\d+:\d+)?$/;

/** Names of failures by status. Source: AWS, "InvokeModel" and "InvokeModelWithResponseStream". */
const EXCEPTIONS: Readonly<Record<number, string>> = {
  400: 'ValidationException',
  403: 'AccessDeniedException',
  404: 'ResourceNotFoundException',
  429: 'ThrottlingException',
  500: 'InternalServerException',
  503: 'ServiceUnavailableException',
};

/** What an error event of the model becomes inside a stream. */
const IN_STREAM: Readonly<Record<string, string>> = {
  rate_limit_error: 'throttlingException',
  overloaded_error: 'serviceUnavailableException',
  invalid_request_error: 'validationException',
  timeout_error: 'modelTimeoutException',
};

const SHAPE: BackendShape = {
  target(path) {
    const [, id, method] = PATH.exec(path) ?? [];
    const model = MODEL_ID.exec(decodeURIComponent(id ?? ''))?.[1];
    return model === undefined ? null : { model, stream: method !== 'invoke' };
  },
  isAuthorized: (request: IncomingMessage, body: string) =>
    request.headers.authorization === `Bearer ${BEDROCK_TOKEN}` || isSigned(request, body, AWS_CREDENTIALS),
  writeError(response: ServerResponse, status: number, message: string) {
    const headers = {
      'content-type': 'application/json',
      'x-amzn-requestid': 'aws-request',
      'x-amzn-errortype': EXCEPTIONS[status] ?? 'ModelErrorException',
    };
    response.writeHead(status, headers).end(JSON.stringify({ message }));
  },
  writeHead: (response, stream) =>
    void response.writeHead(200, {
      'content-type': stream ? 'application/vnd.amazon.eventstream' : 'application/json',
      'x-amzn-requestid': 'aws-request',
      ...(stream ? { 'x-amzn-bedrock-content-type': 'application/json' } : {}),
    }),
  frame(event: ModelEvent) {
    if (event.error !== undefined)
      return exceptionMessage(IN_STREAM[event.error.type] ?? 'internalServerException', event.error.message);
    if (event.type !== 'message_stop') return chunkMessage(event);
    return chunkMessage({ ...event, 'amazon-bedrock-invocationMetrics': { inputTokenCount: 1, outputTokenCount: 1 } });
  },
};

/** Bedrock's runtime, in front of a simulator of its own. */
export function startBedrock(): Promise<Backend> {
  return startBackend(SHAPE);
}
