import { Readable } from 'node:stream';
import { getEventListeners } from 'node:events';
import { describeContract } from './spec-support/contract.js';
import { rejection } from './spec-support/waiting.js';
import type { FetchInit } from './transport.js';

describeContract((subject) => {
  describe('sends', () => {
    const echo = async (init: FetchInit) => {
      const response = await subject.get('/echo', { method: 'POST', ...init });
      return (await response.json()) as { method: string; headers: Record<string, string>; body: string };
    };

    it.each<[string, FetchInit]>([
      ['a Headers', { headers: new Headers({ 'X-One': '1', accept: 'a/b' }) }],
      ['a record', { headers: { 'X-One': '1', Accept: 'a/b' } }],
      [
        'pairs',
        {
          headers: [
            ['X-One', '1'],
            ['Accept', 'a/b'],
          ],
        },
      ],
    ])('headers from %s', async (_, init) => {
      const { headers } = await echo({ ...init, body: 'x' });
      expect(headers).toMatchObject({ 'x-one': '1', accept: 'a/b', 'content-length': '1' });
    });

    it.each<[string, () => unknown, string, string | undefined]>([
      ['text', () => 'Grüße', 'GrÃ¼Ã\u009fe', 'text/plain;charset=UTF-8'],
      ['bytes', () => Buffer.from('abcd').subarray(1, 3), 'bc', undefined],
      ['a buffer', () => new Uint8Array([97, 98]).buffer, 'ab', undefined],
      ['a view', () => new DataView(new Uint8Array([97, 98, 99]).buffer, 1), 'bc', undefined],
      ['a blob', () => new Blob(['ab'], { type: 'x/y' }), 'ab', 'x/y'],
      [
        'parameters',
        () => new URLSearchParams({ a: '1 2' }),
        'a=1+2',
        'application/x-www-form-urlencoded;charset=UTF-8',
      ],
    ])('%s', async (_, body, expected, type) => {
      const sent = await echo({ body: body() });
      expect(sent.body).toBe(expected);
      expect(sent.headers['content-type']).toBe(type);
      expect(sent.headers['content-length']).toBe(String(expected.length));
    });

    it('a form', async () => {
      const form = new FormData();
      form.set('field', 'value');
      form.set('file', new Blob(['content']), 'name.txt');
      const { headers, body } = await echo({ body: form });
      expect(headers['content-type']).toMatch(/^multipart\/form-data; boundary=/);
      expect(body).toContain('filename="name.txt"');
      expect(body).toContain('content');
    });

    it('a stream, and an async iterable', async () => {
      const chunks = (): ReadableStream =>
        Readable.toWeb(Readable.from([Buffer.from('one '), Buffer.from('two')])) as never;
      async function* generated(): AsyncGenerator<Uint8Array> {
        yield* [Buffer.from('one '), Buffer.from('two')];
      }
      const duplex = { duplex: 'half' } as object;
      expect(await echo({ body: chunks(), ...duplex })).toMatchObject({ body: 'one two' });
      expect(await echo({ body: generated(), ...duplex })).toMatchObject({ body: 'one two' });
    });

    it('nothing for a request without a body', async () => {
      expect(await echo({})).toMatchObject({ method: 'POST', body: '' });
      expect(await echo({ method: 'get' })).toMatchObject({ method: 'GET', body: '' });
    });

    it('no body with GET', async () => {
      expect((await rejection(subject.get('/echo', { body: 'x' }))).name).toBe('TypeError');
    });

    it('what it is asked to accept, and asks for compression by itself', async () => {
      expect((await echo({})).headers['accept-encoding']).toMatch(/gzip/);
      const { headers } = await echo({ headers: { 'accept-encoding': 'identity' } });
      expect(headers['accept-encoding']).toBe('identity');
    });
  });

  it('reuses its connections', async () => {
    await (await subject.get('/json')).text();
    await new Promise((resolve) => setTimeout(resolve, 10));
    const { accepted } = subject.server;
    for (let turn = 0; turn < 5; turn += 1) {
      await (await subject.get('/json')).text();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(subject.server.accepted).toBe(accepted);
  });

  if (subject.name !== 'the platform') {
    it('does not follow redirects, which would carry the key along', async () => {
      const response = await subject.get('/redirect');
      expect(response).toMatchObject({ status: 307, redirected: false });
      expect(response.headers.get('location')).toBe('/json');
      await expect(response.text()).resolves.toBe('moved');
    });

    it('leaves no listener on a signal that outlives the call', async () => {
      const { signal } = new AbortController();
      await (await subject.get('/json', { signal })).text();
      await (await subject.get('/json', { signal })).body?.cancel();
      await (await subject.get('/no-content', { signal })).text();
      for await (const _ of (await subject.get('/chunks', { signal })).body ?? []) break;
      await rejection((await subject.get('/reset-mid-body', { signal })).text());
      await rejection(subject.get('/reset-before-headers', { signal }));
      await (await subject.get('/gzip', { signal })).text();
      if (subject.name === 'the undici transport') expect(getEventListeners(signal, 'abort')).toEqual([]);
    });
  }
});
