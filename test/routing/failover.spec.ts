import Anthropic from '@anthropic-ai/sdk';
import type { Fault } from 'nestjs-claude/testing';
import { eventually, PARAMS, rejection, type ClaudeHarness } from '../support/claude-harness.js';
import { bootEndpoints, callInTurn, KEYS, perKey, THREE } from './support.js';

jest.setTimeout(20_000);

const [DEAD_KEY] = KEYS;

/** The circuit of the dead endpoint opens after five failures in a row, and is over it five seconds later, or six. */
const CIRCUIT = { baseOpenMs: 5_000, maxOpenMs: 5_000 };

async function stream({ claude }: ClaudeHarness): Promise<void> {
  for await (const event of await claude.messages.create({ ...PARAMS, stream: true })) void event;
}

describe('When one of three endpoints dies', () => {
  it.each<[string, Fault]>([
    ['resets its connections', { kind: 'resetBeforeHeaders' }],
    ['answers 500', { kind: 'status', status: 500 }],
    ['is overloaded', { kind: 'status', status: 529 }],
    ['turns its key away', { kind: 'status', status: 401 }],
    ['never answers', { kind: 'hang' }],
  ])('and %s, no caller sees an error, and it has its share again afterwards', async (_, fault) => {
    const app = await bootEndpoints(THREE, {
      circuit: CIRCUIT,
      routing: { strategy: 'round-robin' },
      timeouts: { attemptMs: 100 },
      retry: { budget: false },
    });
    app.sim.onMessage({ apiKey: DEAD_KEY }).failWith(fault);
    await callInTurn(app, 30);
    for (let made = 0; made < 6; made += 1) await stream(app);
    expect(app.records.map(({ outcome }) => outcome.kind)).toEqual(app.records.map(() => 'succeeded'));
    const toDead = app.records.flatMap(({ attempts }) => attempts).filter(({ endpoint }) => endpoint === 'e1').length;
    // Once it is out, only probes go there.
    expect(toDead).toBeLessThanOrEqual(8);
    expect(app.endpoints.snapshot(PARAMS.model)[0]?.obstacle).toMatch(/key|circuit/);
    app.sim.onMessage({ apiKey: DEAD_KEY }).reply('Well again.');
    app.clock.skip(7_000);
    const before = app.endpoints.snapshot()[0]?.attempts ?? 0;
    await callInTurn(app, 12);
    expect((app.endpoints.snapshot()[0]?.attempts ?? 0) - before).toBe(4);
    expect(app.endpoints.snapshot(PARAMS.model)[0]?.obstacle).toBeNull();
  });

  it('goes elsewhere at once, which counts against the retry budget and stands in the record', async () => {
    const app = await bootEndpoints(THREE, {
      routing: { strategy: 'round-robin' },
      retry: { baseDelayMs: 60_000, maxDelayMs: 60_000 },
    });
    app.sim.onMessage({ apiKey: DEAD_KEY }).failWith(500).once();
    await app.claude.messages.create(PARAMS);
    expect(app.record().attempts).toMatchObject([
      { endpoint: 'e1', status: 500, retryDelayMs: 0 },
      { endpoint: 'e2', status: 200 },
    ]);
    expect(app.clock.waits).toEqual([]);
  });
});

describe('Limits belong to an organization', () => {
  const LIMITS = { requestsPerMinute: 1_000, inputTokensPerMinute: 1e6, outputTokensPerMinute: 1e6 };
  const [first, second, third] = THREE;
  if (first === undefined || second === undefined || third === undefined) throw new Error('There are three.');

  it('so a 429 of one key cools those of its organization, and another organization takes over at once', async () => {
    const shared = [first, { ...second, limitDomain: 'org-1' }, third];
    const app = await bootEndpoints(shared, { rateLimit: LIMITS, routing: { strategy: 'round-robin' } });
    app.sim.onMessage({ apiKey: DEAD_KEY }).failWith({ kind: 'status', status: 429, retryAfter: 20 }).once();
    await callInTurn(app, 7);
    expect(app.record().outcome.kind).toBe('succeeded');
    expect(perKey(app.sim.requests)).toEqual([1, 0, 7]);
    expect(app.clock.waits).toEqual([]);
  });

  it('also where limits are off and nothing cools down', async () => {
    const shared = [first, { ...second, limitDomain: 'org-1' }, third];
    const app = await bootEndpoints(shared, { routing: { strategy: 'round-robin' } });
    for (const apiKey of KEYS.slice(0, 2)) app.sim.onMessage({ apiKey }).failWith(429);
    await app.claude.messages.create(PARAMS);
    expect(perKey(app.sim.requests)).toEqual([1, 0, 1]);
  });

  it('a 401 of one key says nothing of the others', async () => {
    const shared = [first, { ...second, limitDomain: 'org-1' }, third];
    const app = await bootEndpoints(shared, { rateLimit: LIMITS, routing: { strategy: 'round-robin' } });
    app.sim.onMessage({ apiKey: DEAD_KEY }).failWith(401);
    await callInTurn(app, 6);
    const [alpha, beta, gamma] = perKey(app.sim.requests);
    expect([alpha, (beta ?? 0) + (gamma ?? 0)]).toEqual([1, 6]);
    expect(beta).toBeGreaterThan(1);
  });

  it('so keys of one share its meters', async () => {
    const shared = [first, { ...second, limitDomain: 'org-1' }];
    const app = await bootEndpoints(shared, { rateLimit: LIMITS });
    await callInTurn(app, 10);
    const { limits } = await app.limiter.snapshot();
    expect(limits.map(({ domain }) => domain)).toEqual(['org-1']);
  });

  it('and one without money is left for another', async () => {
    const app = await bootEndpoints(THREE, { rateLimit: LIMITS, routing: { strategy: 'round-robin' } });
    app.sim
      .onMessage({ apiKey: DEAD_KEY })
      .failWith({ kind: 'status', status: 429, errorCode: 'enforced_spend_limit_reached' });
    await callInTurn(app, 9);
    expect(app.records.every(({ outcome }) => outcome.kind === 'succeeded')).toBe(true);
    expect(perKey(app.sim.requests)[0]).toBe(1);
  });

  it('and a full endpoint is passed by, until all are full and calls wait', async () => {
    const app = await bootEndpoints(
      [
        { ...first, maxConcurrent: 1 },
        { ...second, maxConcurrent: 2 },
      ],
      { rateLimit: { ...LIMITS, concurrency: false }, routing: { strategy: 'round-robin' } },
      { latency: { jsonMs: 50 } },
    );
    const calls = Array.from({ length: 9 }, () => app.claude.messages.create(PARAMS));
    await Promise.all(calls);
    expect(app.records.filter(({ attempts }) => (attempts[0]?.queuedMs ?? 0) > 0).length).toBeGreaterThanOrEqual(6);
    const [alpha = 0, beta = 0] = perKey(app.sim.requests);
    expect([alpha + beta, Math.min(alpha, beta) >= 3]).toEqual([9, true]);
  });
});

describe('When nothing can take a call', () => {
  it('a typed error says when something can again', async () => {
    const app = await bootEndpoints(THREE, { circuit: CIRCUIT, retry: false });
    app.sim.onMessage().failWith(500);
    for (let made = 0; made < 15; made += 1) await rejection(app.claude.messages.create(PARAMS));
    const error = await rejection(app.claude.messages.create(PARAMS));
    expect(error).toMatchObject({ code: 'no_endpoint' });
    expect((error as { retryAfterMs?: number }).retryAfterMs).toBeGreaterThan(0);
    expect((error as { retryAfterMs?: number }).retryAfterMs).toBeLessThanOrEqual(6_000);
    expect(app.sim.requests).toHaveLength(15);
    expect(app.record().outcome).toEqual({ kind: 'refused', code: 'no_endpoint' });
  });

  it('keys that are all turned away are left alone, and tried again one call at a time', async () => {
    const app = await bootEndpoints(THREE, { retry: { baseDelayMs: 1, maxDelayMs: 1 } });
    app.sim.onMessage().failWith(401);
    expect(await rejection(app.claude.messages.create(PARAMS))).toMatchObject({ status: 401 });
    expect(perKey(app.sim.requests)).toEqual([1, 1, 1]);
    const error = await rejection(app.claude.messages.create(PARAMS));
    expect(error).toMatchObject({ code: 'no_endpoint' });
    expect((error as { retryAfterMs?: number }).retryAfterMs).toBeGreaterThan(4_000);
    expect(app.endpoints.snapshot().map(({ obstacle }) => obstacle)).toEqual(['key', 'key', 'key']);
    app.sim.onMessage().reply('Well again.');
    app.endpoints.restore('e2');
    await app.claude.messages.create(PARAMS);
    expect(perKey(app.sim.requests)).toEqual([1, 2, 1]);
    app.clock.skip(6_000);
    await callInTurn(app, 6);
    expect(app.endpoints.snapshot().map(({ obstacle }) => obstacle)).toEqual([null, null, null]);
  });
});

describe('A client of one’s own is an endpoint', () => {
  /** A backend with a path and a way to sign of its own, as those of the SDK's family have. */
  class Backend extends Anthropic {
    signed = 0;

    protected override async prepareRequest(request: RequestInit): Promise<void> {
      this.signed += 1;
      (request.headers as Headers).set('x-backend', 'signed');
    }
  }

  it('JSON and streams, with its own signature and model ids, and fails over to the API and back', async () => {
    const away = await bootEndpoints(THREE);
    const client = new Backend({ apiKey: KEYS[1], baseURL: away.sim.url, maxRetries: 0 });
    const app = await bootEndpoints(
      [
        { name: 'backend', client, models: { 'claude-own': 'claude-haiku-5-5' } },
        { name: 'direct', key: KEYS[0], models: { 'claude-own': 'claude-sonnet-5-5' } },
      ],
      { routing: { strategy: 'round-robin' } },
    );
    const params = { ...PARAMS, model: 'claude-own' };
    const message = await app.claude.messages.create(params);
    expect(message.model).toBe('claude-haiku-5-5');
    const types: string[] = [];
    for await (const { type } of await app.claude
      .with({ endpoint: 'backend' })
      .messages.create({ ...params, stream: true })) {
      types.push(type);
    }
    expect(types.at(-1)).toBe('message_stop');
    expect(client.signed).toBe(2);
    expect(away.sim.requests.map(({ headers }) => headers['x-backend'])).toEqual(['signed', 'signed']);
    expect(away.sim.requests.every(({ apiKeyIndex }) => apiKeyIndex === 1)).toBe(true);
    expect(app.records.map(({ usage }) => usage?.quality)).toEqual(['complete', 'complete']);

    away.sim.onMessage().failWith(529).once();
    const before = app.endpoints.snapshot()[1]?.attempts ?? 0;
    await app.claude.messages.create(params);
    await app.claude.messages.create(params);
    expect(app.records.flatMap(({ attempts }) => attempts.map(({ status }) => status))).toContain(529);
    expect(app.endpoints.snapshot()[1]?.attempts).toBeGreaterThan(before);
    expect(app.records.every(({ outcome }) => outcome.kind === 'succeeded')).toBe(true);

    away.sim.onMessage().failWith(400).once();
    const error = await rejection(app.claude.with({ endpoint: 'backend' }).messages.create(params));
    expect(error).toMatchObject({ status: 400, type: 'invalid_request_error' });
  });

  it('also as the only one, without any key for the API', async () => {
    const away = await bootEndpoints(THREE);
    const client = new Backend({ apiKey: KEYS[2], baseURL: away.sim.url });
    const app = await bootEndpoints([{ name: 'backend', client }]);
    await app.claude.messages.create(PARAMS);
    expect(perKey(away.sim.requests)).toEqual([0, 0, 1]);
    expect(app.sim.requests).toHaveLength(0);
    away.sim.onMessage().failWith({ kind: 'hang' });
    const aborter = new AbortController();
    const calling = rejection(app.claude.messages.create(PARAMS, { signal: aborter.signal }));
    await eventually(() => away.sim.activeRequests > 0, 'the request is there');
    aborter.abort();
    await calling;
    await eventually(() => away.sim.activeRequests === 0, 'the request is gone');
    expect(app.record().outcome).toMatchObject({ kind: 'abandoned' });
  });
});
