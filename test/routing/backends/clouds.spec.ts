import type { EndpointOptions } from 'nestjs-claude';
import type { Fault } from 'nestjs-claude/testing';
import { bootClaude, eventually, PARAMS, rejection, type ClaudeHarness } from '../../support/claude-harness.js';
import { bedrock, vertex, type Cloud } from './support.js';

jest.setTimeout(20_000);

const DIRECT_KEY = 'sk-ant-direct-0123456789';

type Options = NonNullable<Parameters<typeof bootClaude>[0]>;

function boot(endpoints: readonly EndpointOptions[], options: Options = {}): Promise<ClaudeHarness> {
  return bootClaude({ rateLimit: false, ...options, endpoints }, { apiKeys: [DIRECT_KEY] });
}

/** The cloud, and the API for what the cloud cannot take. */
function bootBoth({ endpoint }: Cloud, options: Options = {}): Promise<ClaudeHarness> {
  return boot([endpoint, { name: 'direct', key: DIRECT_KEY, weight: 0 }], options);
}

async function streamed({ claude }: ClaudeHarness): Promise<string[]> {
  const types: string[] = [];
  for await (const { type } of await claude.messages.create({ ...PARAMS, stream: true })) types.push(type);
  return types;
}

/** Where the attempts of the newest call went, and what came of each. */
function way(app: ClaudeHarness): string[] {
  return app.record().attempts.map(({ endpoint, status }) => `${endpoint} ${status}`);
}

const GOOGLE = `/projects/project-of-this-test/locations/europe-west1/publishers/anthropic/models/${PARAMS.model}@20260101`;
const AMAZON = `/model/eu.anthropic.${PARAMS.model}-v1:0`;

describe.each([
  ['Bedrock', bedrock, [`${AMAZON}/invoke`, `${AMAZON}/invoke-with-response-stream`]],
  ['Vertex', vertex, [`${GOOGLE}:rawPredict`, `${GOOGLE}:streamRawPredict`]],
] as const)('An endpoint of %s', (_name, start, paths) => {
  let cloud: Cloud;
  beforeEach(async () => {
    cloud = await start();
  });

  it('answers JSON and streams as the only one, without any key for the API, and tells what they cost', async () => {
    const app = await boot([cloud.endpoint]);
    cloud.backend.model.onMessage().reply('From the cloud: ☁, €.');
    const { content, usage } = await app.claude.messages.create(PARAMS);
    expect(content).toMatchObject([{ type: 'text', text: 'From the cloud: ☁, €.' }]);
    const final = await app.claude.messages.stream(PARAMS).finalMessage();
    expect(final).toMatchObject({ content, usage: { input_tokens: usage.input_tokens } });
    expect(cloud.backend.requests.map(({ path }) => decodeURIComponent(path))).toEqual(paths);
    for (const { body, headers } of cloud.backend.requests) {
      expect(body).toMatchObject({ max_tokens: PARAMS.max_tokens, anthropic_version: expect.any(String) as string });
      expect(body).not.toHaveProperty('model');
      for (const name of ['x-api-key', 'anthropic-version']) expect(headers).not.toHaveProperty(name);
    }
    for (const record of app.records) {
      expect(record).toMatchObject({ model: PARAMS.model, outcome: { kind: 'succeeded' } });
      expect(record.usage).toMatchObject({ inputTokens: usage.input_tokens, quality: 'complete' });
      expect(record.attempts).toMatchObject([{ endpoint: 'cloud', keyId: null, status: 200, failure: null }]);
      expect(record.attempts[0]?.cost).toMatchObject({ accuracy: 'exact', unpriced: [] });
      expect(record.requestId).not.toBeNull();
    }
    expect(app.sim.requests).toHaveLength(0);
    const { byEndpoint } = await app.costs.getSummary();
    expect(byEndpoint).toMatchObject([{ name: 'cloud', billedRequests: 2, unpricedRequests: 0 }]);
  });

  it.each<[string, Fault]>([
    ['429', { kind: 'status', status: 429 }],
    ['503', { kind: 'status', status: 503 }],
    ['a reset', { kind: 'resetBeforeHeaders' }],
    ['an error before the first content', { kind: 'errorEvent', afterDeltas: 0 }],
    ['an error of limits before the first content', { kind: 'errorEvent', afterDeltas: 0, type: 'rate_limit_error' }],
  ])('is tried again after %s where there is no other', async (_what, fault) => {
    const app = await boot([cloud.endpoint]);
    cloud.backend.model.onMessage().failWith(fault).once();
    const types = await streamed(app);
    expect([types.at(0), types.at(-1)]).toEqual(['message_start', 'message_stop']);
    expect(types.filter((type) => type === 'message_start')).toHaveLength(1);
    expect(app.record().attempts).toHaveLength(2);
    expect(app.record().usage?.quality).toBe('complete');
  });

  it.each<[string, number, Fault]>([
    ['429', 429, { kind: 'status', status: 429 }],
    ['500', 500, { kind: 'status', status: 500 }],
  ])('fails over to the API after %s, and back', async (_what, status, fault) => {
    const app = await bootBoth(cloud);
    cloud.backend.model.onMessage().failWith(fault).once();
    await app.claude.messages.create(PARAMS);
    expect(way(app)).toEqual([`cloud ${status}`, 'direct 200']);
    cloud.backend.model.onMessage().failWith(fault).once();
    await streamed(app);
    expect(way(app)).toEqual([`cloud ${status}`, 'direct 200']);
    expect(app.sim.requests.map(({ model }) => model)).toEqual([PARAMS.model, PARAMS.model]);
    await streamed(app);
    expect(way(app)).toEqual(['cloud 200']);
  });

  it('knows what an error stands for that comes inside a stream', async () => {
    const app = await bootBoth(cloud);
    for (const [type, status] of [
      ['rate_limit_error', 429],
      ['api_error', 500],
      ['invalid_request_error', 400],
    ] as const) {
      cloud.backend.model.onMessage().failWith({ kind: 'errorEvent', afterDeltas: 0, type }).once();
      await streamed(app).catch(() => undefined);
      expect(app.record().attempts[0]?.status).toBe(status);
    }
    expect(app.record().outcome.kind).toBe('failed');
  });

  it('takes over from the API in turn', async () => {
    const app = await boot([
      { name: 'direct', key: DIRECT_KEY },
      { ...cloud.endpoint, weight: 0 },
    ]);
    app.sim.onMessage().failWith(529).once();
    await app.claude.messages.create(PARAMS);
    expect(way(app)).toEqual(['direct 529', 'cloud 200']);
    app.sim.onMessage().failWith(529).once();
    await streamed(app);
    expect(way(app)).toEqual(['direct 529', 'cloud 200']);
    expect(app.record().usage?.quality).toBe('complete');
    await app.claude.messages.create(PARAMS);
    expect(way(app)).toEqual(['direct 200']);
  });

  it('says in the API’s words what the cloud says in its own', async () => {
    const app = await boot([cloud.endpoint], { retry: false });
    cloud.backend.model.onMessage().failWith({ kind: 'status', status: 429, message: 'Too many tokens, wait.' });
    const error = await rejection(app.claude.messages.create(PARAMS));
    expect(error).toMatchObject({ status: 429, type: 'rate_limit_error' });
    expect(error.message).toContain('Too many tokens, wait.');
    expect(error.message).not.toContain('instead of an API error');
    cloud.backend.model.onMessage().failWith({ kind: 'status', status: 400, message: 'max_tokens is too large.' });
    expect(await rejection(streamed(app))).toMatchObject({ status: 400, type: 'invalid_request_error' });
    expect(app.record().outcome).toMatchObject({ kind: 'failed', error: { meaning: { kind: 'rejected' } } });
  });

  it('tells of a stream that fails after its first content, and keeps what it used', async () => {
    const app = await bootBoth(cloud);
    cloud.backend.model.onMessage().failWith({ kind: 'errorEvent', afterDeltas: 2 });
    await rejection(streamed(app));
    expect(app.record().attempts).toHaveLength(1);
    expect(app.record().outcome).toMatchObject({
      kind: 'failed',
      error: { meaning: { fault: expect.any(String) as string } },
    });
    expect(app.record().usage).toMatchObject({ quality: 'partial' });
    cloud.backend.model.onMessage().failWith({ kind: 'resetMidStream', afterDeltas: 2 });
    expect(await rejection(streamed(app))).toMatchObject({ code: 'stream_interrupted' });
    expect(app.record().usage).toMatchObject({ quality: 'partial' });
  });

  it('is asked for nothing that its cloud does not have', async () => {
    const app = await bootBoth(cloud);
    await app.claude.messages.batches.list();
    await app.claude.models.list();
    await app.claude.beta.messages.batches.list();
    expect(app.records.map(({ attempts }) => attempts[0]?.endpoint)).toEqual(['direct', 'direct', 'direct']);
    expect(cloud.backend.requests).toHaveLength(0);
  });

  it('has a circuit and limits of its own', async () => {
    const limits = { requestsPerMinute: 1_000, inputTokensPerMinute: 1e6, outputTokensPerMinute: 1e6 };
    const app = await bootBoth(cloud, { rateLimit: limits, circuit: { consecutiveFailures: 2 } });
    await app.claude.messages.create(PARAMS);
    expect((await app.limiter.snapshot()).limits.map(({ domain }) => domain)).toContain('cloud');
    cloud.backend.model.onMessage().failWith(500);
    for (let made = 0; made < 3; made += 1) await app.claude.messages.create(PARAMS);
    expect(app.endpoints.snapshot(PARAMS.model).map(({ obstacle }) => obstacle)).toEqual(['circuit', null]);
    expect(way(app)).toEqual(['direct 200']);
    cloud.backend.model.onMessage().reply('Well again.');
    app.clock.skip(120_000);
    await app.claude.messages.create(PARAMS);
    expect(way(app)).toEqual(['cloud 200']);
  });

  it('is given no more than its limits allow', async () => {
    const rateLimit = {
      requestsPerMinute: 1,
      inputTokensPerMinute: 1e6,
      outputTokensPerMinute: 1e6,
      queue: { maxWaitMs: 1 },
    };
    const app = await boot([cloud.endpoint], { rateLimit, retry: false });
    await app.claude.messages.create(PARAMS);
    expect(await rejection(app.claude.messages.create(PARAMS))).toMatchObject({ code: 'limit_exceeded' });
    expect(cloud.backend.requests).toHaveLength(1);
  });

  it.each<[string, Fault]>([
    ['in the middle of one', { kind: 'stallMidStream', afterDeltas: 1 }],
    ['before it begins', { kind: 'hang' }],
  ])('is left at once by who reads a stream no further, %s', async (_when, fault) => {
    const app = await boot([cloud.endpoint]);
    cloud.backend.model.onMessage().failWith(fault);
    const aborter = new AbortController();
    const reading = (async () => {
      const stream = await app.claude.messages.create({ ...PARAMS, stream: true }, { signal: aborter.signal });
      for await (const event of stream) if (event.type === 'content_block_delta') break;
    })().catch(() => undefined);
    await eventually(() => cloud.backend.model.activeRequests > 0, 'the request is there');
    if (fault.kind === 'hang') aborter.abort();
    await reading;
    await eventually(() => cloud.backend.requests.every(({ left }) => left), 'the connection is gone');
    expect(app.record().outcome).toMatchObject({ kind: 'abandoned' });
  });

  it('is left at once by who has the bare answer and cancels its body', async () => {
    const app = await boot([cloud.endpoint]);
    cloud.backend.model.onMessage().failWith({ kind: 'stallMidStream', afterDeltas: 1 });
    const { body } = await app.claude.messages.create({ ...PARAMS, stream: true }).asResponse();
    await body?.cancel();
    await eventually(() => cloud.backend.requests.every(({ left }) => left), 'the connection is gone');
    expect(app.record().outcome).toMatchObject({ kind: 'abandoned' });
  });

  it('ends an attempt that gets no answer in time, and goes elsewhere', async () => {
    const app = await bootBoth(cloud, { timeouts: { attemptMs: 200 } });
    cloud.backend.model.onMessage().failWith({ kind: 'hang' });
    await streamed(app);
    expect(way(app)).toEqual(['cloud null', 'direct 200']);
    await eventually(() => cloud.backend.requests.every(({ left }) => left), 'the connection is gone');
  });
});
