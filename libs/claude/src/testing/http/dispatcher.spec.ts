import { connect } from 'node:net';
import { errorOf, HELLO, KEY, send, startSimulator } from '../spec-support/harness.js';

const POST = { body: HELLO };

describe('the HTTP side', () => {
  it.each([
    ['a bearer token', { authorization: `Bearer ${KEY}` }],
    ['x-api-key', { authorization: undefined, 'x-api-key': KEY }],
  ])('accepts %s', async (_, headers) => {
    const simulator = await startSimulator({ apiKeys: [KEY] });
    expect((await send(simulator, '/v1/messages', { ...POST, headers })).status).toBe(200);
  });

  it.each([
    ['no key', { authorization: undefined }, 'x-api-key header is required'],
    ['an empty key', { authorization: 'Bearer ' }, 'x-api-key header is required'],
    ['a key nobody knows', { authorization: 'Bearer other' }, 'invalid x-api-key'],
  ])('refuses %s', async (_, headers, message) => {
    const simulator = await startSimulator({ apiKeys: [KEY] });
    const response = await send(simulator, '/v1/messages', { ...POST, headers });
    expect([response.status, await errorOf(response)]).toEqual([401, { type: 'authentication_error', message }]);
    expect(simulator.lastRequest()).toMatchObject({ status: 401, apiKeyIndex: null });
  });

  it('asks for a version', async () => {
    const response = await send(await startSimulator(), '/v1/messages', {
      ...POST,
      headers: { 'anthropic-version': undefined },
    });
    expect([response.status, (await errorOf(response)).message]).toEqual([
      400,
      'anthropic-version: header is required',
    ]);
  });

  it.each([
    ['GET', '/v1/nothing', 404],
    ['POST', '/v1/messages/', 404],
    ['GET', '/v1/messages', 405],
    ['PUT', '/v1/messages/batches/b', 405],
    ['POST', '/v1/models', 405],
    ['GET', '/constructor', 404],
  ])('answers %s %s with %i', async (method, path, status) => {
    const response = await send(await startSimulator(), path, { method });
    expect(response.status).toBe(status);
    expect((await errorOf(response)).type).toBe(status === 404 ? 'not_found_error' : 'invalid_request_error');
    expect(response.headers.has('allow')).toBe(status === 405);
  });

  it.each(['{"model":', '', 'null', '[]', '5'])('answers a body of %p with a 400', async (body) => {
    const response = await send(await startSimulator(), '/v1/messages', { body, method: 'POST' });
    expect([response.status, (await errorOf(response)).type]).toEqual([400, 'invalid_request_error']);
  });

  it('answers a body above 32 MB with a 413, and goes on', async () => {
    const simulator = await startSimulator({ record: 'usage' });
    const response = await send(simulator, '/v1/messages', { body: 'x'.repeat(32 * 1024 * 1024 + 1) });
    expect([response.status, (await errorOf(response)).type]).toEqual([413, 'request_too_large']);
    expect((await send(simulator, '/v1/messages', POST)).status).toBe(200);
  });

  it('refuses an encoding it does not know', async () => {
    const response = await send(await startSimulator(), '/v1/messages', {
      ...POST,
      headers: { 'content-encoding': 'br' },
    });
    expect(await response.json()).toMatchObject({
      error: { details: { error_code: 'request_body_encoding_unsupported' } },
    });
  });

  it('marks every answer with a request id of its own and the organization', async () => {
    const simulator = await startSimulator();
    const paths = ['/v1/messages', '/v1/models', '/v1/nothing', '/v1/messages/count_tokens'];
    const answers = await Promise.all(paths.map((path) => send(simulator, path)));
    const ids = answers.map(({ headers }) => headers.get('request-id'));
    expect(new Set(ids).size).toBe(paths.length);
    for (const id of ids) expect(id).toMatch(/^req_01[0-9a-z]+$/);
    for (const { headers } of answers)
      expect(headers.get('anthropic-organization-id')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/);
    expect(await answers[2]?.json()).toMatchObject({ request_id: ids[2] });
  });

  it('gives the same ids for the same seed', async () => {
    const idOf = async (seed: string): Promise<string | null> =>
      (await send(await startSimulator({ seed }), '/v1/models')).headers.get('request-id');
    expect(await idOf('a')).toBe(await idOf('a'));
    expect(await idOf('a')).not.toBe(await idOf('b'));
  });

  it('names the organization of the key', async () => {
    const simulator = await startSimulator({ organizations: { a: 'acme', b: 'acme' } });
    const organizationOf = async (key: string): Promise<string | null> =>
      (await send(simulator, '/v1/models', { headers: { authorization: `Bearer ${key}` } })).headers.get(
        'anthropic-organization-id',
      );
    expect(await organizationOf('a')).toBe(await organizationOf('b'));
    expect(await organizationOf('a')).not.toBe(await organizationOf('c'));
  });

  it('forgets a client that leaves while it still sends', async () => {
    const simulator = await startSimulator();
    const socket = connect(simulator.port, '127.0.0.1');
    socket.write(
      `POST /v1/messages HTTP/1.1\r\nhost: x\r\nauthorization: Bearer k\r\nanthropic-version: x\r\ncontent-length: 100\r\n\r\n{"mod`,
    );
    while (simulator.activeRequests === 0) await new Promise((resolve) => setImmediate(resolve));
    socket.destroy();
    await simulator.whenIdle();
    expect(simulator.lastRequest()).toMatchObject({ outcome: 'clientAborted', status: null, billed: null });
  });
});
