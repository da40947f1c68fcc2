import type { APIRequest } from '@anthropic-ai/sdk';
import { CallRequest, rewritten } from './call-request.js';

const PARAMS = { model: 'claude-sonnet-5-5', max_tokens: 100, messages: [{ role: 'user', content: 'Hello' }] };

function requestOf(body: APIRequest['body']): APIRequest {
  return {
    url: 'https://api.example/v1/messages',
    method: 'POST',
    headers: new Headers({ a: 'b' }),
    body,
  };
}

function made(body: APIRequest['body'] = JSON.stringify(PARAMS), params: unknown = PARAMS): CallRequest {
  return new CallRequest({ request: requestOf(body), params });
}

describe('What the next attempt of a call sends', () => {
  it('is the encoded request itself, as long as nothing changes it', () => {
    const encoded = requestOf(JSON.stringify(PARAMS));
    const request = new CallRequest({ request: encoded, params: PARAMS });
    expect(request.encoded).toBe(encoded);
    expect([request.model, request.params]).toEqual(['claude-sonnet-5-5', PARAMS]);
  });

  it.each<[string, APIRequest['body']]>([
    ['text', JSON.stringify(PARAMS)],
    ['bytes', new TextEncoder().encode(JSON.stringify(PARAMS))],
  ])('asks for something else in a body of %s, and is otherwise as it was', (_what, body) => {
    const request = made(body);
    expect(request.change({ model: 'claude-haiku-5-5', max_tokens: 50 })).toBe(true);
    const changed = { ...PARAMS, model: 'claude-haiku-5-5', max_tokens: 50 };
    expect(request.encoded.body).toBe(JSON.stringify(changed));
    expect(request.model).toBe('claude-haiku-5-5');
    expect(request.encoded.headers.get('a')).toBe('b');
    // What the caller asked for does not change.
    expect(request.params).toBe(PARAMS);
  });

  it('keeps its model where something else changes', () => {
    const request = made();
    request.change({ max_tokens: 5 });
    expect(request.model).toBe('claude-sonnet-5-5');
  });

  it.each<[string, APIRequest['body']]>([
    ['none', undefined],
    ['a form', new FormData()],
    ['no JSON', '{'],
    ['no request', '[1]'],
    ['a request of no model', '{"max_tokens":1}'],
  ])('stays as it is with a body that is %s', (_what, body) => {
    const request = new CallRequest({ request: requestOf(body), params: undefined });
    const before = request.encoded;
    expect(request.change({ model: 'claude-haiku-5-5' })).toBe(false);
    expect([request.encoded, request.model]).toEqual([before, null]);
  });

  it('is another one once it is replaced, with the headers it had', () => {
    const request = made();
    request.replace({ body: '{"model":"m"}', params: { model: 'm' } });
    expect([request.encoded.body, request.model, request.params]).toEqual(['{"model":"m"}', 'm', { model: 'm' }]);
    expect(request.encoded.headers.get('a')).toBe('b');
  });

  it('has every digit of its numbers in the end', () => {
    const body = '{"model":"m","messages":[{"n":12345678901234567890}]}';
    const request = made(body);
    request.change({ model: 'other' });
    expect(request.encoded.body).toBe('{"model":"other","messages":[{"n":12345678901234567890}]}');
  });
});

describe('A request that is rewritten', () => {
  it('says what was made of it', () => {
    const change = (params: unknown): unknown => ({ ...(params as object), more: 1 });
    expect(rewritten('{"a":1}', change)).toEqual({ body: '{"a":1,"more":1}', params: { a: 1, more: 1 } });
    expect(rewritten('{', change)).toBeNull();
    expect(rewritten(undefined, change)).toBeNull();
  });

  it('has the digits of its numbers in its body, and numbers in what it says', () => {
    const change = (params: unknown): unknown => ({ ...(params as object), b: 'clean' });
    const { body, params } = rewritten('{"a":12345678901234567890,"b":"x"}', change) ?? {};
    expect(body).toBe('{"a":12345678901234567890,"b":"clean"}');
    expect(params).toEqual({ a: 12_345_678_901_234_567_000, b: 'clean' });
  });
});
