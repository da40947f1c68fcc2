import { inspect } from 'node:util';
import { createVirtualKey } from 'nestjs-claude';
import type { AnthropicSimulator } from 'nestjs-claude/testing';
import type { Gateway } from '../../src/gateway.js';
import type { GatewayKey } from '../../src/access/gateway-keys.js';
import {
  ADMIN,
  errorIn,
  eventually,
  gatewayFor,
  HELLO,
  open,
  send,
  sendToAdmin,
  startSimulator,
  STREAM,
  type Answer,
} from './support.js';

const TEAM = createVirtualKey('team');
const OTHER = createVirtualKey('other');
const NOWHERE = 'http://127.0.0.1:9';

type Rules = Partial<Omit<GatewayKey, 'id' | 'hash'>>;

function keysOf(team: Rules = {}): { GATEWAY_KEYS: string } {
  const keys = [
    { id: TEAM.id, hash: TEAM.hash, ...team },
    { id: OTHER.id, hash: OTHER.hash },
  ];
  return { GATEWAY_KEYS: JSON.stringify({ keys }) };
}

async function boot(team?: Rules): Promise<{ readonly sim: AnthropicSimulator; readonly gateway: Gateway }> {
  const sim = await startSimulator();
  return { sim, gateway: await gatewayFor(sim.url, {}, { ...keysOf(team), ...ADMIN }) };
}

const by = ({ key }: { readonly key: string }): { headers: Record<string, string> } => ({
  headers: { 'x-api-key': key },
});

describe('A gateway with keys for its callers', () => {
  it('serves whoever brings one, as either header, and keeps it to itself', async () => {
    const { sim, gateway } = await boot();
    const headers: Record<string, string>[] = [
      { 'x-api-key': TEAM.key },
      { authorization: `Bearer ${TEAM.key}` },
      { authorization: `bearer  ${OTHER.key}` },
    ];
    for (const each of headers) {
      // oxlint-disable-next-line no-await-in-loop -- in this order
      expect((await send(gateway, '/v1/messages', { body: HELLO, headers: each })).status).toBe(200);
    }
    const both = { 'x-api-key': TEAM.key, authorization: `Bearer ${TEAM.key}` };
    expect((await send(gateway, '/v1/messages', { body: HELLO, headers: both })).status).toBe(200);
    expect(inspect(sim.requests, { depth: 9 })).not.toContain(TEAM.key);
  });

  it.each<[string, Record<string, string | string[]>, number]>([
    ['no key', {}, 401],
    ['an empty one', { 'x-api-key': '' }, 401],
    ['a wrong one', { 'x-api-key': `gk-team.${'A'.repeat(43)}` }, 401],
    ['one of nobody', { 'x-api-key': `gk-nobody.${'A'.repeat(43)}` }, 401],
    ["the API's own", { 'x-api-key': 'sk-ant-gateways-own' }, 401],
    ['another scheme', { authorization: `Basic ${TEAM.key}` }, 401],
    ['a scheme alone', { authorization: 'Bearer' }, 401],
    ['two that differ', { 'x-api-key': TEAM.key, authorization: `Bearer ${OTHER.key}` }, 400],
    ['a right and a wrong one', { 'x-api-key': TEAM.key, authorization: 'Bearer x' }, 400],
    ['two of one header', { 'x-api-key': [TEAM.key, OTHER.key] }, 400],
    ['the same twice', { 'x-api-key': [TEAM.key, TEAM.key] }, 400],
    ['two tokens', { authorization: [`Bearer ${TEAM.key}`, `Bearer ${OTHER.key}`] }, 400],
  ])('turns away %s', async (_what, headers, status) => {
    const { sim, gateway } = await boot();
    const answer = await send(gateway, '/v1/messages', { body: HELLO, headers });
    expect(errorIn(answer)).toMatchObject({
      status,
      type: status === 401 ? 'authentication_error' : 'invalid_request_error',
    });
    expect(answer.text).not.toContain(TEAM.key.slice(8));
    expect(sim.requests).toEqual([]);
  });

  it('has no route but those of health that answers without a key', async () => {
    const { gateway } = await boot();
    const routes = routesOf(gateway);
    expect(routes.length).toBeGreaterThan(5);
    const answering: string[] = [];
    for (const { method, url } of routes) {
      const path = url.replaceAll(/:\w+/g, 'x');
      // oxlint-disable-next-line no-await-in-loop -- one at a time is kinder
      const { status } = await send(gateway, path, { method, body: method === 'POST' ? HELLO : undefined });
      if (status !== 401) answering.push(url);
    }
    expect(answering.filter((url) => !url.startsWith('/health'))).toEqual([]);
    expect((await send(gateway, '/nothing/here')).status).toBe(401);
    expect((await send(gateway, '/health/../v1/models')).status).toBe(401);
  });

  it('says of a thousand wrong keys nothing of any, to nobody', async () => {
    const { gateway } = await boot();
    const written: string[] = [];
    const spies = [process.stdout, process.stderr].map((stream) =>
      jest.spyOn(stream, 'write').mockImplementation((text) => written.push(String(text)) > 0),
    );
    const wrong = Array.from({ length: 1_000 }, () => createVirtualKey('team').key);
    const answers = [];
    for (const key of wrong) {
      // oxlint-disable-next-line no-await-in-loop -- so that none waits for another
      answers.push(await send(gateway, '/v1/models', { headers: { 'x-api-key': key } }));
    }
    for (const spy of spies) spy.mockRestore();
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
    const told = inspect(
      { answers, written, usage: await sendToAdmin(gateway, '/usage/summary') },
      { depth: 9, maxArrayLength: null },
    );
    expect(wrong.filter((key) => told.includes(key.slice(8)))).toEqual([]);
  }, 60_000);

  it('turns away a key that has ended', async () => {
    const { gateway } = await boot({ expiresAt: '2020-01-01T00:00:00Z' });
    expect((await send(gateway, '/v1/models', by(TEAM))).status).toBe(401);
    expect((await send(gateway, '/v1/models', by(OTHER))).status).toBe(200);
  });

  it('shows usage to none of its callers', async () => {
    const sim = await startSimulator();
    const gateway = await gatewayFor(sim.url, {}, keysOf());
    expect((await send(gateway, '/usage/summary', by(TEAM))).status).toBe(404);
  });
});

describe('A key', () => {
  it('may ask its models alone', async () => {
    const { sim, gateway } = await boot({ models: ['claude-haiku-5-5'] });
    expect(errorIn(await send(gateway, '/v1/messages', { body: HELLO, ...by(TEAM) }))).toEqual({
      status: 403,
      type: 'permission_error',
      message: 'This key may ask claude-haiku-5-5 alone.',
    });
    expect(sim.requests).toEqual([]);
    const allowed = { ...HELLO, model: 'claude-haiku-5-5' };
    expect((await send(gateway, '/v1/messages', { body: allowed, ...by(TEAM) })).status).toBe(200);
    expect((await send(gateway, '/v1/messages', { body: HELLO, ...by(OTHER) })).status).toBe(200);
  });

  it('is held to its requests a minute', async () => {
    const { gateway } = await boot({ requestsPerMinute: 2 });
    const answers = await Promise.all(Array.from({ length: 3 }, () => send(gateway, '/v1/models', by(TEAM))));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 200, 429]);
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.headers).toMatchObject({ 'retry-after': '30', 'x-claude-refusal': 'key_limited' });
    expect((await send(gateway, '/v1/models', by(OTHER))).status).toBe(200);
  });

  it.each([
    ['a message', HELLO],
    ['a stream', STREAM],
  ])('is held to what %s takes of its tokens a minute, and to no more than that', async (_what, body) => {
    const sim = await startSimulator();
    sim.onMessage().reply('word '.repeat(40));
    const limits = { inputTokensPerMinute: 100_000, outputTokensPerMinute: 300 };
    const gateway = await gatewayFor(sim.url, {}, { ...keysOf(limits), ...ADMIN });
    // Each is thought to use 250, and uses less than 80: what it did not use is there for the next.
    const asked = { ...body, max_tokens: 1_000 };
    const answers: Answer[] = [];
    for (let count = 0; count < 8; count += 1) {
      // oxlint-disable-next-line no-await-in-loop -- one after another
      answers.push(await send(gateway, '/v1/messages', { body: asked, ...by(TEAM) }));
    }
    const letIn = answers.findIndex(({ status }) => status === 429);
    expect(letIn).toBeGreaterThanOrEqual(2);
    const refused = answers.at(-1);
    expect(refused && errorIn(refused)).toEqual({
      status: 429,
      type: 'rate_limit_error',
      message: 'This key is at its limit of 300 output tokens per minute.',
    });
    expect(Number(refused?.headers['retry-after'])).toBeGreaterThan(0);
    expect(Number(refused?.headers['retry-after'])).toBeLessThanOrEqual(50);
    expect(sim.requests).toHaveLength(answers.filter(({ status }) => status === 200).length);
    expect((await send(gateway, '/v1/messages', { body: asked, ...by(OTHER) })).status).toBe(200);
  });

  it('has what was held for a call again that used no tokens, and for a client that left', async () => {
    const sim = await startSimulator({ latency: { perEventMs: 20 } });
    const gateway = await gatewayFor(sim.url, {}, keysOf({ outputTokensPerMinute: 300 }));
    const asked = { ...STREAM, max_tokens: 1_000 };
    const ask = async (): Promise<number> => (await send(gateway, '/v1/messages', { body: asked, ...by(TEAM) })).status;
    sim.onMessage().failWith(400);
    expect([await ask(), await ask(), await ask()]).toEqual([400, 400, 400]);
    sim.onMessage().reply('a '.repeat(400));
    const { request, response } = open(gateway, asked, by(TEAM).headers);
    await response;
    expect(await ask()).toBe(429);
    request.destroy();
    await eventually(() => sim.requests.every(({ outcome }) => outcome !== 'active'));
    await new Promise((resolve) => void setTimeout(resolve, 50));
    sim.onMessage().reply('well');
    expect(await ask()).toBe(200);
  });

  it('counts input as the API does: what is written to the cache, and not what is read from it', async () => {
    const sim = await startSimulator();
    const gateway = await gatewayFor(sim.url, {}, keysOf({ inputTokensPerMinute: 1_000 }));
    const ask = (): Promise<Answer> => send(gateway, '/v1/messages', { body: HELLO, ...by(TEAM) });
    sim.onMessage().reply({ content: 'well', usage: { input_tokens: 10, cache_read_input_tokens: 50_000 } });
    expect([(await ask()).status, (await ask()).status]).toEqual([200, 200]);
    sim.onMessage().reply({ content: 'well', usage: { input_tokens: 10, cache_creation_input_tokens: 2_000 } });
    expect((await ask()).status).toBe(200);
    expect(errorIn(await ask())).toMatchObject({
      status: 429,
      message: 'This key is at its limit of 1000 input tokens per minute.',
    });
    expect((await send(gateway, '/v1/models', by(TEAM))).status).toBe(200);
  });

  it('is held to its requests at a time, streams and those who leave included', async () => {
    const sim = await startSimulator({ latency: { perEventMs: 20 } });
    sim.onMessage().reply('a '.repeat(400));
    const gateway = await gatewayFor(sim.url, {}, keysOf({ maxConcurrent: 1 }));
    const { request, response } = open(gateway, STREAM, by(TEAM).headers);
    await response;
    expect(errorIn(await send(gateway, '/v1/messages', { body: HELLO, ...by(TEAM) }))).toMatchObject({
      status: 429,
      message: 'This key is at its limit of 1 requests at a time.',
    });
    request.destroy();
    sim.onMessage().reply('well');
    await eventually(() => sim.requests.every(({ outcome }) => outcome !== 'active'));
    await new Promise((resolve) => void setTimeout(resolve, 20));
    expect((await send(gateway, '/v1/messages', { body: HELLO, ...by(TEAM) })).status).toBe(200);
    expect((await send(gateway, '/v1/messages', { body: HELLO, ...by(TEAM) })).status).toBe(200);
  });

  it('spends no more than its budget', async () => {
    const { sim, gateway } = await boot({ budget: { limitUsd: 0, window: 'day' } });
    const refused = await send(gateway, '/v1/messages', { body: HELLO, ...by(TEAM) });
    expect(errorIn(refused)).toMatchObject({ status: 402 });
    expect(refused.headers).toMatchObject({ 'x-claude-refusal': 'budget_exceeded' });
    expect(sim.requests).toEqual([]);
    expect((await send(gateway, '/v1/messages', { body: HELLO, ...by(OTHER) })).status).toBe(200);
    const { text } = await sendToAdmin(gateway, '/budgets');
    expect(text).toContain('gateway key team');
  });

  it('decides whom its calls are attributed to, and leaves the rest to them', async () => {
    const { gateway } = await boot({ user: 'search', tags: { team: 'search' } });
    const headers = { ...by(TEAM).headers, 'x-claude-user': 'mallory', 'x-claude-tags': 'team=sales,tier=gold' };
    await send(gateway, '/v1/messages', { body: HELLO, headers });
    expect((await sendToAdmin(gateway, '/usage/by-user')).text).toMatch(/search/);
    expect((await sendToAdmin(gateway, '/usage/by-user')).text).not.toMatch(/mallory/);
    const tags = (await sendToAdmin(gateway, '/usage/by-tag')).text;
    expect(tags).not.toMatch(/sales/);
    for (const value of ['gold', 'gateway_key']) expect(tags).toContain(value);
    const forged = { ...by(TEAM).headers, 'x-claude-tags': 'gateway_key=other' };
    expect((await send(gateway, '/v1/messages', { body: HELLO, headers: forged })).status).toBe(400);
  });
});

describe('A gateway without keys', () => {
  it.each([
    ['127.0.0.1:3000', 200],
    ['localhost', 200],
    ['[::1]:3000', 200],
    ['rebound.example', 403],
    ['127.0.0.1.rebound.example:3000', 403],
  ])('asked as %s answers %i', async (host, status) => {
    const sim = await startSimulator();
    const gateway = await gatewayFor(sim.url);
    expect((await send(gateway, '/v1/models', { headers: { host } })).status).toBe(status);
    expect((await send(gateway, '/health/live', { headers: { host } })).status).toBe(200);
  });
});

describe('Keys that cannot be accepted', () => {
  const { hash } = TEAM;
  it.each<[string, Record<string, string>, string]>([
    ['no JSON', { GATEWAY_KEYS: '{"keys": gk-secret' }, 'GATEWAY_KEYS is not valid JSON.'],
    ['no keys', { GATEWAY_KEYS: '{"keys": []}' }, '`keys`'],
    ['an unknown field', { GATEWAY_KEYS: JSON.stringify({ keys: [{ id: 'a', hash, key: TEAM.key }] }) }, '`keys[0]`'],
    [
      'no hash',
      { GATEWAY_KEYS: '{"keys": [{"id": "a", "hash": "gk-secret"}]}' },
      'GATEWAY_KEYS: keys[0] needs a `hash`',
    ],
    ['a limit of 0', keysOf({ requestsPerMinute: 0 }), '`keys[0].requestsPerMinute`'],
    ['no whole tokens', keysOf({ outputTokensPerMinute: 0.5 }), '`keys[0].outputTokensPerMinute`'],
    ['a negative budget', keysOf({ budget: { limitUsd: -1, window: 'day' } }), '`keys[0].budget.limitUsd`'],
    ["the gateway's own tag", keysOf({ tags: { gateway_key: 'x' } }), '`keys[0].tags`'],
    ['an end that is no time', keysOf({ expiresAt: 'soon' }), '`keys[0].expiresAt`'],
    ['a file that is not there', { GATEWAY_KEYS_FILE: '/no/such/file' }, 'GATEWAY_KEYS_FILE cannot be read (ENOENT)'],
    ['both of them', { ...keysOf(), GATEWAY_KEYS_FILE: '/no/such/file' }, 'unset one of them'],
    ['a pepper alone', { GATEWAY_KEY_PEPPER: 'x' }, 'GATEWAY_KEY_PEPPER does nothing without keys'],
    ['other machines let in', { HOST: '0.0.0.0' }, 'HOST is open to other machines'],
  ])('end the start: %s', async (_what, env, message) => {
    const failure: unknown = await gatewayFor(NOWHERE, {}, env).catch((error: unknown) => error);
    expect(String(failure)).toContain(message);
    expect(String(failure)).not.toMatch(/gk-secret|gk-team\./);
  });

  it('end the start: a budget where costs are not tracked', async () => {
    const budget = keysOf({ budget: { limitUsd: 1, window: 'day' } });
    await expect(gatewayFor(NOWHERE, { cost: false }, budget)).rejects.toThrow('`cost: false`');
  });
});

/** Every route there is, as Fastify's own router tells. */
function routesOf({ app }: Gateway): { method: string; url: string }[] {
  const tree = app.getHttpAdapter().getInstance().printRoutes({ commonPrefix: false, includeHooks: false });
  return [...tree.matchAll(/[├└]── (\S+) \(([^)]+)\)/g)].flatMap(([, url = '', methods = '']) =>
    methods.split(', ').map((method) => ({ method, url })),
  );
}
