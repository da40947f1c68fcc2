import { APIConnectionTimeoutError, OverloadedError, RateLimitError } from '@anthropic-ai/sdk';
import { Logger } from '@nestjs/common';
import { ClaudeError, ClaudeService } from 'nestjs-claude';
import { eventually, errorIn, gatewayFor, HELLO, sdk, send, startPair, startUpstream } from './support.js';

const CREDENTIALS = { 'x-api-key': 'any', 'anthropic-version': '2023-06-01' };

describe('An error of the API', () => {
  it.each([400, 401, 402, 403, 404, 409, 413, 422, 429, 500, 503, 504, 529])(
    'of status %i comes back as it is, for JSON and for streams',
    async (status) => {
      for (const stream of [false, true]) {
        // One for each, since a 402 closes the limit domain for a while.
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        const { sim, gateway } = await startPair();
        sim.onMessage().failWith({ kind: 'status', status, message: 'as it is', errorCode: 'some_code' });
        const request = { body: { ...HELLO, stream }, headers: CREDENTIALS };
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        const [direct, through] = [
          await send(sim, '/v1/messages', request),
          await send(gateway, '/v1/messages', request),
        ];
        expect([through.status, through.headers['request-id']]).toEqual([status, expect.stringMatching(/^req_/)]);
        expect({ ...JSON.parse(through.text), request_id: '' }).toEqual({ ...JSON.parse(direct.text), request_id: '' });
        expect((JSON.parse(through.text) as { request_id: string }).request_id).toBe(through.headers['request-id']);
        expect(through.headers).not.toHaveProperty('x-claude-refusal');
      }
    },
  );

  it('tells the official SDK when to come back', async () => {
    const { sim, gateway } = await startPair();
    sim.onMessage().failWith({ kind: 'status', status: 429, retryAfter: 17, headers: { 'x-should-retry': 'false' } });
    const error: unknown = await sdk(gateway)
      .messages.create(HELLO)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RateLimitError);
    const { headers } = error as RateLimitError;
    expect([headers.get('retry-after'), headers.get('x-should-retry')]).toEqual(['17', 'false']);
  });

  it('comes back once the attempts of the module are spent', async () => {
    const { sim, gateway } = await startPair(
      {},
      { retry: { maxAttempts: 3, baseDelayMs: 1, overloadedBaseDelayMs: 1 } },
    );
    sim.onMessage().failWith(529);
    const error: unknown = await sdk(gateway)
      .messages.stream(HELLO)
      .finalMessage()
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(OverloadedError);
    expect(sim.requests).toHaveLength(3);
  });

  it.each(['req_é世', 'a\nb', 7])('whose id no header can hold comes back with another: %p', async (id) => {
    const body = { type: 'error', error: { type: 'invalid_request_error', message: 'as it is' }, request_id: id };
    const upstream = await startUpstream((_, response) => {
      response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
    const answer = await send(await gatewayFor(upstream), '/v1/messages', { body: HELLO });
    expect([answer.status, JSON.parse(answer.text)]).toEqual([400, body]);
    expect(answer.headers['request-id']).toMatch(/^req_[\da-f]{32}$/);
  });

  it('of a spend limit is not for the official SDK to repeat', async () => {
    const { sim, gateway } = await startPair();
    sim.onMessage().failWith({ kind: 'status', status: 429, errorCode: 'enforced_spend_limit_reached' });
    await expect(sdk(gateway, { maxRetries: 2 }).messages.create(HELLO)).rejects.toBeInstanceOf(RateLimitError);
    expect(sim.requests).toHaveLength(1);
  });

  it('in a page of a proxy is put into the words of the API', async () => {
    const { sim, gateway } = await startPair();
    sim.onMessage().failWith(502);
    const { status, headers, text } = await send(gateway, '/v1/messages', { body: HELLO });
    expect(JSON.parse(text)).toMatchObject({ type: 'error', error: { type: 'api_error' } });
    expect([status, headers['request-id']]).toEqual([502, expect.stringMatching(/^req_/)]);
  });
});

describe('A failure on the way to the API', () => {
  it('is a 502 when nobody listens there', async () => {
    const gateway = await gatewayFor('http://127.0.0.1:9');
    expect(errorIn(await send(gateway, '/v1/messages', { body: HELLO }))).toMatchObject({
      status: 502,
      type: 'api_error',
      message: 'The connection to the API failed.',
    });
    expect(errorIn(await send(gateway, '/v1/models'))).toMatchObject({ status: 502, type: 'api_error' });
  });

  it('is a 502 when the connection is reset', async () => {
    const { sim, gateway } = await startPair();
    sim.onMessage().failWith({ kind: 'resetBeforeHeaders' });
    expect(errorIn(await send(gateway, '/v1/messages', { body: HELLO }))).toMatchObject({
      status: 502,
      type: 'api_error',
    });
  });

  it('is a 502 when the answer is none of the protocol', async () => {
    const { sim, gateway } = await startPair();
    sim.onMessage().failWith({ kind: 'malformedJson' });
    expect(errorIn(await send(gateway, '/v1/messages', { body: HELLO }))).toMatchObject({
      status: 502,
      type: 'api_error',
      message: 'The API gave an answer that cannot be read.',
    });
  });

  it('is a 504 when an attempt takes too long', async () => {
    const { sim, gateway } = await startPair({}, { timeouts: { attemptMs: 40 } });
    sim.onMessage().failWith({ kind: 'hang' });
    const answer = await send(gateway, '/v1/messages', { body: HELLO });
    expect(errorIn(answer)).toMatchObject({
      status: 504,
      type: 'timeout_error',
      message: 'The API did not answer in time.',
    });
  });

  it('is a 504 of our own when the whole call takes too long', async () => {
    const { sim, gateway } = await startPair({}, { timeouts: { deadlineMs: 40 } });
    sim.onMessage().failWith({ kind: 'hang' });
    const answer = await send(gateway, '/v1/messages', { body: HELLO });
    expect(errorIn(answer)).toMatchObject({
      status: 504,
      type: 'timeout_error',
      message: 'The call did not finish within its deadline.',
    });
    expect(answer.headers['x-claude-refusal']).toBe('deadline_exceeded');
  });

  it('is a 504 when a stream begins with silence', async () => {
    const { sim, gateway } = await startPair({}, { timeouts: { firstEventMs: 40 } });
    sim.onMessage().failWith({ kind: 'stallAfterHeaders' });
    expect(errorIn(await send(gateway, '/v1/messages', { body: { ...HELLO, stream: true } }))).toMatchObject({
      status: 504,
      type: 'timeout_error',
    });
  });

  it('is a 503 of our own when there is no key to be had', async () => {
    const gateway = await gatewayFor('http://127.0.0.1:9', { apiKey: () => Promise.resolve('') });
    const answer = await send(gateway, '/v1/messages', { body: HELLO });
    expect(errorIn(answer)).toMatchObject({
      status: 503,
      type: 'api_error',
      message: 'No key for the API could be had for the call.',
    });
    expect(answer.headers['x-claude-refusal']).toBe('key_unavailable');
  });
});

describe('A failure nobody foresaw', () => {
  class OddError extends ClaudeError {
    readonly code = 'odd_code' as 'protocol_error';
  }

  it('is a bare 500, and the log has the rest', async () => {
    const { gateway } = await startPair(
      {},
      { stages: [{ before: 'retry', use: () => Promise.reject(new Error('secret')) }] },
    );
    const logged = jest.spyOn(Logger.prototype, 'error').mockImplementation();
    const answer = await send(gateway, '/v1/messages', { body: HELLO });
    expect(errorIn(answer)).toMatchObject({ status: 500, type: 'api_error', message: 'Internal server error' });
    expect(answer.text).not.toContain('secret');
    expect(logged).toHaveBeenCalledWith('A request failed unexpectedly.', expect.stringContaining('secret'));
    logged.mockRestore();
  });

  it('carries its hint when it is one of ours', async () => {
    const use = (): Promise<never> => Promise.reject(new OddError('Come back later.', { retryAfterMs: 1_200 }));
    const { gateway } = await startPair({}, { stages: [{ before: 'retry', use }] });
    const answer = await send(gateway, '/v1/messages', { body: HELLO });
    expect(errorIn(answer)).toMatchObject({ status: 500, type: 'api_error', message: 'Come back later.' });
    expect(answer.headers['retry-after']).toBe('2');
  });

  it('is none when the client has left meanwhile', async () => {
    let arrived = false;
    const upstream = await startUpstream(() => (arrived = true));
    const gateway = await gatewayFor(upstream);
    const logged = jest.spyOn(Logger.prototype, 'error').mockImplementation();
    const error: unknown = await sdk(gateway)
      .messages.create(HELLO, { timeout: 60 })
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(APIConnectionTimeoutError);
    await eventually(() => gateway.app.get(ClaudeService).activeCalls === 0);
    expect(arrived).toBe(true);
    expect(logged).not.toHaveBeenCalled();
    logged.mockRestore();
  });
});
