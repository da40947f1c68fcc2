import { inspect } from 'node:util';
import { AnthropicBedrock } from '@anthropic-ai/bedrock-sdk';
import { AnthropicVertex } from '@anthropic-ai/vertex-sdk';
import type { ClientEndpointOptions } from 'nestjs-claude';
import { createRuntime } from '../../../libs/claude/src/claude.runtime.js';
import { resolveSettings } from '../../../libs/claude/src/config/settings.js';
import { AWS_CREDENTIALS, BEDROCK_TOKEN, startBedrock } from '../../support/backends/bedrock.js';
import { googleAuth, startVertex, VERTEX_PROJECT, VERTEX_REGION } from '../../support/backends/vertex.js';
import { bootClaude, PARAMS, rejection } from '../../support/claude-harness.js';

const MODELS = { [PARAMS.model]: `anthropic.${PARAMS.model}-v1:0` };

describe('Credentials of a cloud', () => {
  it('are a token of Bedrock’s own, too', async () => {
    const backend = await startBedrock();
    const client = new AnthropicBedrock({ baseURL: backend.url, awsRegion: 'us-east-1', apiKey: BEDROCK_TOKEN });
    const app = await bootClaude({ endpoints: [{ name: 'bedrock', client, models: MODELS }] });
    await app.claude.messages.create(PARAMS);
    expect(backend.requests[0]?.headers.authorization).toBe(`Bearer ${BEDROCK_TOKEN}`);
  });

  it('that are refused take out the model there, and the API takes over', async () => {
    const backend = await startBedrock();
    const { accessKeyId: awsAccessKey } = AWS_CREDENTIALS;
    const client = new AnthropicBedrock({
      baseURL: backend.url,
      awsRegion: 'us-east-1',
      apiKey: null,
      awsAccessKey,
      awsSecretKey: 'not the one',
    });
    const app = await bootClaude({
      rateLimit: false,
      endpoints: [
        { name: 'bedrock', client, models: MODELS },
        { name: 'direct', key: 'sk-ant-direct', weight: 0 },
      ],
    });
    await app.claude.messages.create(PARAMS);
    expect(app.record().attempts).toMatchObject([
      { endpoint: 'bedrock', status: 403, failure: { meaning: { kind: 'forbidden' } } },
      { endpoint: 'direct', status: 200 },
    ]);
    expect(app.endpoints.snapshot(PARAMS.model)[0]?.obstacle).toBe('model');
  });

  const FAILING: readonly (readonly [string, () => Promise<ClientEndpointOptions>])[] = [
    [
      'AWS',
      async () => {
        const { url: baseURL } = await startBedrock();
        const providerChainResolver = async () => () => Promise.reject(new Error('no role'));
        const options = { baseURL, awsRegion: 'us-east-1', apiKey: null, providerChainResolver };
        return { name: 'cloud', client: new AnthropicBedrock(options) };
      },
    ],
    [
      'Google',
      async () => {
        const { url: baseURL } = await startVertex();
        const authClient = googleAuth(() => {
          throw new Error('no role');
        });
        const options = { baseURL, region: VERTEX_REGION, projectId: VERTEX_PROJECT, authClient };
        return { name: 'cloud', client: new AnthropicVertex(options) };
      },
    ],
  ];

  it.each(FAILING)('that cannot be had are the cloud’s failure, and cost nothing: %s', async (_name, make) => {
    const app = await bootClaude({
      endpoints: [await make()],
      retry: { maxAttempts: 2, baseDelayMs: 1, maxDelayMs: 1 },
    });
    const error = await rejection(app.claude.messages.create(PARAMS));
    expect(error.message).toMatch(/credentials/);
    expect(app.record()).toMatchObject({ usage: null, costNanoUsd: 0 });
    expect(app.record().attempts.map(({ failure }) => failure?.meaning.kind)).toEqual(['unreachable', 'unreachable']);
  });

  it('are shown by nothing the module keeps, and known to its redactor', () => {
    const secrets = {
      apiKey: null,
      awsSecretKey: 'aws-secret-of-this-test',
      awsSessionToken: 'aws-session-of-this-test',
    };
    const client = new AnthropicBedrock({ awsRegion: 'us-east-1', awsAccessKey: 'AKIDEXAMPLE', ...secrets });
    const settings = resolveSettings({ endpoints: [{ name: 'bedrock', client }] }, {});
    const runtime = createRuntime(settings);
    const shown = inspect([settings.endpoints, runtime.pool], { depth: 12, showHidden: true });
    expect(shown).toContain('bedrock');
    for (const secret of [secrets.awsSecretKey, secrets.awsSessionToken]) {
      expect(shown).not.toContain(secret);
      expect(runtime.redactor.text(`it said ${secret}.`)).not.toContain(secret);
    }
    expect(JSON.stringify(settings.endpoints)).not.toContain('of-this-test');
  });
});
