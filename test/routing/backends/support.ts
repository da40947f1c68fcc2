import { AnthropicBedrock } from '@anthropic-ai/bedrock-sdk';
import { AnthropicVertex } from '@anthropic-ai/vertex-sdk';
import type { ClientEndpointOptions } from 'nestjs-claude';
import type { Backend } from '../../support/backends/backend-server.js';
import { AWS_CREDENTIALS, startBedrock } from '../../support/backends/bedrock.js';
import { googleAuth, startVertex, VERTEX_PROJECT, VERTEX_REGION } from '../../support/backends/vertex.js';
import { PARAMS } from '../../support/claude-harness.js';

/** A cloud, and its endpoint. */
export interface Cloud {
  readonly backend: Backend;
  readonly endpoint: ClientEndpointOptions;
}

/** Bedrock by signatures, as with credentials of AWS. */
export async function bedrock(): Promise<Cloud> {
  const backend = await startBedrock();
  const client = new AnthropicBedrock({
    baseURL: backend.url,
    awsRegion: 'eu-central-1',
    apiKey: null,
    awsAccessKey: AWS_CREDENTIALS.accessKeyId,
    awsSecretKey: AWS_CREDENTIALS.secretAccessKey,
  });
  const models = { [PARAMS.model]: `eu.anthropic.${PARAMS.model}-v1:0` };
  return { backend, endpoint: { name: 'cloud', client, models } };
}

/** Vertex by a client of Google's that is handed in. */
export async function vertex(): Promise<Cloud> {
  const backend = await startVertex();
  const client = new AnthropicVertex({
    baseURL: backend.url,
    region: VERTEX_REGION,
    projectId: VERTEX_PROJECT,
    authClient: googleAuth(),
  });
  return { backend, endpoint: { name: 'cloud', client, models: { [PARAMS.model]: `${PARAMS.model}@20260101` } } };
}
