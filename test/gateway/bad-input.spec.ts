import { errorIn, HELLO, send, sendRaw, startPair } from './support.js';

const { model, max_tokens, messages } = HELLO;

describe('A body the gateway turns down', () => {
  it.each([
    ['is not JSON', '{"model": secret', 'The request body is not valid JSON.'],
    ['is cut off', '{"model":"m"', 'The request body is not valid JSON.'],
    ['is empty', '', 'The request body is not valid JSON.'],
    ['is an array', '[1]', 'The request body must be a JSON object.'],
    ['is null', 'null', 'The request body must be a JSON object.'],
    ['is a string', '"model"', 'The request body must be a JSON object.'],
    ['names no model', { max_tokens, messages }, 'model: Field required'],
    ['names a model that is no string', { model: 5, max_tokens, messages }, 'model: Input should be a valid string'],
    ['has no max_tokens', { model, messages }, 'max_tokens: Field required'],
    ['has max_tokens of 1.5', { model, messages, max_tokens: 1.5 }, 'max_tokens: Input should be a valid integer'],
    ['has no messages', { model, max_tokens }, 'messages: Field required'],
    ['has messages that are no list', { model, max_tokens, messages: {} }, 'messages: Input should be a valid list'],
    [
      'hides its fields in __proto__',
      `{"__proto__":${JSON.stringify(HELLO)}}`,
      'The request body may have no key __proto__.',
    ],
    [
      'has a key of every prototype far down',
      { ...HELLO, metadata: { a: [{ constructor: 1 }] } },
      'The request body may have no key constructor.',
    ],
    ['is too deep', '['.repeat(65) + ']'.repeat(65), 'The request body is more than 64 levels deep.'],
    [
      'is deeper than a stack',
      `{"a":${'['.repeat(500_000)}${']'.repeat(500_000)}}`,
      'The request body is more than 64 levels deep.',
    ],
    [
      'has too many messages',
      { ...HELLO, messages: Array.from({ length: 1_001 }, () => messages[0]) },
      'messages: List should have at most 1000 items',
    ],
    ...['api_base', 'api_key', 'base_url', 'baseURL', 'custom_host'].map((name): [string, object, string] => [
      `names ${name}`,
      { ...HELLO, [name]: 'https://elsewhere.example' },
      `${name}: where requests go is not for them to say.`,
    ]),
  ])('%s', async (_what, body, message) => {
    const { sim, gateway } = await startPair();
    expect(errorIn(await send(gateway, '/v1/messages', { body }))).toMatchObject({
      status: 400,
      type: 'invalid_request_error',
      message,
    });
    expect(sim.requests).toEqual([]);
    expect(({} as { model?: string }).model).toBeUndefined();
  });

  it.each([
    'application/x-www-form-urlencoded',
    'text/plain',
    'multipart/form-data; boundary=x',
    'application/jsonx',
    'nonsense',
  ])('is of type %s', async (type) => {
    const { gateway } = await startPair();
    const answer = await send(gateway, '/v1/messages', { body: HELLO, headers: { 'content-type': type } });
    expect(errorIn(answer)).toMatchObject({
      status: 400,
      type: 'invalid_request_error',
      message: 'The content type must be application/json.',
    });
  });

  it('is missing', async () => {
    const { gateway } = await startPair();
    const answer = await send(gateway, '/v1/messages', { method: 'POST' });
    expect(errorIn(answer)).toMatchObject({
      status: 400,
      type: 'invalid_request_error',
      message: 'The request has no body: send a JSON object.',
    });
  });

  it('asks for a count without messages', async () => {
    const { gateway } = await startPair();
    const answer = await send(gateway, '/v1/messages/count_tokens', { body: { model } });
    expect(errorIn(answer)).toMatchObject({
      status: 400,
      type: 'invalid_request_error',
      message: 'messages: Field required',
    });
  });
});

describe('A body over the limit', () => {
  const over = Buffer.from(JSON.stringify({ ...HELLO, padding: 'x'.repeat(2_000) }));
  const limited = { BODY_LIMIT_BYTES: '2000' };

  it('is refused by its length', async () => {
    const { gateway } = await startPair({}, {}, limited);
    expect(errorIn(await send(gateway, '/v1/messages', { body: over }))).toMatchObject({
      status: 413,
      type: 'request_too_large',
    });
  });

  it('is refused when it comes in chunks that tell no length', async () => {
    const { sim, gateway } = await startPair({}, {}, limited);
    const answer = await send(gateway, '/v1/messages', { body: over, headers: { 'transfer-encoding': 'chunked' } });
    expect(errorIn(answer)).toMatchObject({ status: 413, type: 'request_too_large' });
    expect(sim.requests).toEqual([]);
  });

  it('is one of more than 32 MiB by default', async () => {
    const { gateway } = await startPair();
    const head = `POST /v1/messages HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json\r\n`;
    const tooLong = await sendRaw(gateway, `${head}content-length: ${32 * 1024 * 1024 + 1}\r\n\r\n{`);
    expect(errorIn(tooLong)).toMatchObject({
      status: 413,
      type: 'request_too_large',
      message: 'Request exceeds the maximum size',
    });
    const padding = 'x'.repeat(32 * 1024 * 1024 - 1_000);
    const answer = await send(gateway, '/v1/messages', { body: { ...HELLO, messages: [], metadata: { padding } } });
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining('messages')]);
  });
});

describe('A route the gateway does not have', () => {
  it.each(['/', '/v1', '/v1/complete', '/v1/messages/', '/v1/messages/batches', '/v1/models/a/b', '/healthy'])(
    '%s is a 404, whatever the body',
    async (path) => {
      const { gateway } = await startPair();
      expect(errorIn(await send(gateway, path))).toMatchObject({ status: 404, type: 'not_found_error' });
      expect(errorIn(await send(gateway, `${path}?beta=true`, { body: '{broken' }))).toMatchObject({
        status: 404,
        type: 'not_found_error',
      });
    },
  );

  it.each([
    ['GET', '/v1/messages', 'POST'],
    ['PUT', '/v1/messages?beta=true', 'POST'],
    ['OPTIONS', '/v1/messages/count_tokens', 'POST'],
    ['DELETE', '/v1/models', 'GET, HEAD'],
    ['POST', '/v1/models/claude-sonnet-5-5', 'GET, HEAD'],
    ['PATCH', '/health/live', 'GET, HEAD'],
  ])('%s %s is a 405 that names %s', async (method, path, allow) => {
    const { gateway } = await startPair();
    const answer = await send(gateway, path, { method, body: '{broken' });
    expect(errorIn(answer)).toMatchObject({ status: 405, type: 'invalid_request_error' });
    expect(answer.headers.allow).toBe(allow);
  });

  it('is a URL that is malformed', async () => {
    const { gateway } = await startPair();
    expect(errorIn(await send(gateway, '/v1/models/%zz'))).toMatchObject({
      status: 400,
      type: 'invalid_request_error',
      message: 'The URL is malformed.',
    });
  });

  it('is an id longer than any model has', async () => {
    const { gateway } = await startPair();
    expect(errorIn(await send(gateway, `/v1/models/${'x'.repeat(2_000)}`))).toMatchObject({
      status: 404,
      type: 'not_found_error',
    });
  });
});

describe('What is not HTTP', () => {
  it('is refused in the same shape', async () => {
    const { gateway } = await startPair();
    expect(errorIn(await sendRaw(gateway, 'NONSENSE\r\n\r\n'))).toMatchObject({
      status: 400,
      type: 'invalid_request_error',
      message: 'The request is not valid HTTP.',
    });
  });

  it('may be a header that is too long', async () => {
    const { gateway } = await startPair();
    const answer = await sendRaw(
      gateway,
      `GET /health/live HTTP/1.1\r\nhost: localhost\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`,
    );
    expect(errorIn(answer)).toMatchObject({ status: 431, type: 'invalid_request_error' });
  });
});

it('After all of this the gateway serves on', async () => {
  const { gateway } = await startPair();
  await sendRaw(gateway, 'NONSENSE\r\n\r\n');
  await send(gateway, '/v1/messages', { body: '{broken' });
  expect((await send(gateway, '/v1/messages', { body: HELLO })).status).toBe(200);
});
