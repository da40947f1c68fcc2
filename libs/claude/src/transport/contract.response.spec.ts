import { describeContract } from './spec-support/contract.js';
import { TEXT } from './spec-support/echo-server.js';
import { nameOfThrown, rejection } from './spec-support/waiting.js';

describeContract((subject) => {
  describe('gives a response', () => {
    it('that is a Response with the status, its text and the url', async () => {
      const response = await subject.get('/json?a=b#fragment');
      expect(response).toBeInstanceOf(Response);
      expect(response).toMatchObject({
        status: 201,
        statusText: 'Made Up',
        ok: true,
        redirected: false,
        type: 'basic',
      });
      expect(response.url).toBe(`${subject.server.url}/json?a=b`);
      await expect(response.json()).resolves.toEqual({ text: 'Grüße' });
    });

    it('whose ok is false for an error status', async () => {
      const response = await subject.get('/not-json');
      expect(response.ok).toBe(false);
      await expect(response.text()).resolves.toContain('bad gateway');
    });

    it('with headers sorted, joined when repeated, and cookies apart', async () => {
      const { headers } = await subject.get('/json');
      expect(headers).toBeInstanceOf(Headers);
      expect(headers.get('x-twice')).toBe('one, two');
      expect(headers.get('X-TWICE')).toBe('one, two');
      expect(headers.get('set-cookie')).toBe('a=1, b=2');
      expect(headers.getSetCookie()).toEqual(['a=1', 'b=2']);
      expect(headers.get('absent')).toBeNull();
      expect(headers.has('set-cookie')).toBe(true);
      expect(nameOfThrown(() => headers.get('no name'))).toBe('TypeError');
      const names = [...headers.keys()];
      expect(names).toEqual(names.toSorted());
      expect([...headers].filter(([key]) => key === 'set-cookie')).toEqual([
        ['set-cookie', 'a=1'],
        ['set-cookie', 'b=2'],
      ]);
      expect([...new Headers(headers)]).toEqual([...headers.entries()]);
      expect([...headers.values()]).toEqual([...headers].map(([, value]) => value));
      const seen: string[] = [];
      headers.forEach((value, key) => seen.push(`${key}: ${value}`));
      expect(seen).toEqual([...headers].map(([key, value]) => `${key}: ${value}`));
    });

    it.each(['/no-content', '/not-modified'])('without a body for %s', async (path) => {
      const response = await subject.get(path);
      expect(response.body).toBeNull();
      await expect(response.text()).resolves.toBe('');
      await expect(response.text()).resolves.toBe('');
      expect(response.bodyUsed).toBe(false);
    });

    it('without a body for HEAD', async () => {
      const response = await subject.get('/json', { method: 'HEAD' });
      expect(response.status).toBe(201);
      expect(response.body).toBeNull();
    });
  });

  describe('gives a body', () => {
    it('as text, JSON, bytes, buffer, blob and form', async () => {
      await expect((await subject.get('/json')).text()).resolves.toBe('{"text":"Grüße"}');
      await expect((await subject.get('/json')).json()).resolves.toEqual({ text: 'Grüße' });
      const buffer = await (await subject.get('/json')).arrayBuffer();
      expect(Buffer.from(buffer).toString()).toBe('{"text":"Grüße"}');
      const blob = await (await subject.get('/json')).blob();
      expect(blob.type).toBe('application/json;charset=utf-8');
      expect(await blob.text()).toBe('{"text":"Grüße"}');
      const form = await (await subject.get('/form')).formData();
      expect([...form]).toEqual([
        ['a', '1'],
        ['b', 'two words'],
      ]);
    });

    it('without its byte order mark', async () => {
      await expect((await subject.get('/bom')).text()).resolves.toBe('{"a":1}');
      await expect((await subject.get('/bom')).json()).resolves.toEqual({ a: 1 });
    });

    it('once: a second read is refused', async () => {
      const response = await subject.get('/json');
      expect(response.bodyUsed).toBe(false);
      await response.text();
      expect(response.bodyUsed).toBe(true);
      expect(response.body?.locked).toBe(true);
      expect((await rejection(response.json())).name).toBe('TypeError');
      expect(nameOfThrown(() => response.clone())).toBe('TypeError');
    });

    it('that is no JSON with a SyntaxError', async () => {
      expect((await rejection((await subject.get('/empty')).json())).name).toBe('SyntaxError');
      expect((await rejection((await subject.get('/not-json')).json())).name).toBe('SyntaxError');
    });

    it('twice when cloned before use', async () => {
      const response = await subject.get('/chunks');
      const clone = response.clone();
      expect([...clone.headers]).toEqual([...response.headers]);
      expect(clone).toMatchObject({ status: 200, url: response.url });
      await expect(clone.text()).resolves.toBe('one two three');
      expect(response.bodyUsed).toBe(false);
      await expect(response.text()).resolves.toBe('one two three');
    });

    it('decoded, with the headers as they were sent', async () => {
      for (const path of ['/gzip', '/br', '/deflate', '/raw-deflate', '/twice-encoded']) {
        const response = await subject.get(path);
        expect(response.headers.get('content-encoding')).not.toBeNull();
        await expect(response.text()).resolves.toBe(TEXT);
      }
    });

    it('as it is when its encoding is unknown', async () => {
      await expect((await subject.get('/unknown-encoding')).text()).resolves.toBe(TEXT);
    });

    it('that fails when it cannot be decoded', async () => {
      const error = await rejection((await subject.get('/corrupt-gzip')).text());
      expect(error.name).toBe('TypeError');
      expect(error.cause).toBeDefined();
    });
  });
});
