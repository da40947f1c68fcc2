import { describeContract } from './spec-support/contract.js';
import { serveEverything } from './spec-support/echo-server.js';
import { rejection, until } from './spec-support/waiting.js';

describeContract((subject) => {
  describe('breaks', () => {
    it.each(['/reset-mid-body', '/truncated-chunked', '/short-of-length'])('mid-body for %s', async (path) => {
      const response = await subject.get(path);
      const error = await rejection(response.text());
      expect(error).toMatchObject({ name: 'TypeError', message: 'terminated' });
      expect(error.cause).toBeDefined();
    });

    it('without an answer: connection refused', async () => {
      const gone = await serveEverything();
      await gone.close();
      const error = await rejection(subject.transport.fetch(gone.url));
      expect(error).toMatchObject({ name: 'TypeError', message: 'fetch failed', cause: { code: 'ECONNREFUSED' } });
      expect(String(error) + String(error.cause)).not.toMatch(/timed? ?out/i);
    });

    it('without an answer: connection reset', async () => {
      const error = await rejection(subject.get('/reset-before-headers', { method: 'POST', body: 'x' }));
      expect(error).toMatchObject({ name: 'TypeError', message: 'fetch failed' });
      expect(['ECONNRESET', 'UND_ERR_SOCKET']).toContain((error.cause as { code: string }).code);
      expect(String(error) + String(error.cause)).not.toMatch(/timed? ?out/i);
    });

    it.each(['not a url', 'ftp://127.0.0.1/', 'http://user:secret@127.0.0.1/'])(
      'at once for the URL %s',
      async (url) => {
        const error = await rejection(subject.transport.fetch(url));
        expect(error.name).toBe('TypeError');
      },
    );
  });

  describe('aborts', () => {
    it('at once when the signal is aborted already', async () => {
      const { accepted } = subject.server;
      const reason = new Error('no need');
      await expect(subject.get('/json', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
      expect((await rejection(subject.get('/json', { signal: AbortSignal.abort() }))).name).toBe('AbortError');
      expect(subject.server.accepted).toBe(accepted);
    });

    it('while it connects', async () => {
      const controller = new AbortController();
      const pending = rejection(subject.get('/never', { signal: controller.signal }));
      controller.abort();
      expect((await pending).name).toBe('AbortError');
    });

    it('before headers, and closes the connection', async () => {
      const controller = new AbortController();
      const { broken } = subject.server;
      const pending = rejection(subject.get('/never', { signal: controller.signal, method: 'POST', body: 'x' }));
      await new Promise((resolve) => setTimeout(resolve, 50));
      controller.abort(new Error('changed my mind'));
      expect((await pending).message).toBe('changed my mind');
      await until(() => subject.server.broken > broken, 'closing of the connection');
    });

    it('mid-body, and closes the connection', async () => {
      const controller = new AbortController();
      const { broken } = subject.server;
      const response = await subject.get('/silence', { signal: controller.signal });
      const iterator = response.body?.[Symbol.asyncIterator]();
      expect(Buffer.from((await iterator?.next())?.value ?? []).toString()).toBe('first');
      const pending = rejection(iterator?.next() ?? Promise.resolve());
      controller.abort();
      expect((await pending).name).toBe('AbortError');
      await until(() => subject.server.broken > broken, 'closing of the connection');
    });

    it('a body that nobody reads yet', async () => {
      const controller = new AbortController();
      const response = await subject.get('/silence', { signal: controller.signal });
      controller.abort();
      expect((await rejection(response.text())).name).toBe('AbortError');
    });

    it('a body that has arrived and that nobody has read', async () => {
      const controller = new AbortController();
      const response = await subject.get('/json', { signal: controller.signal });
      await new Promise((resolve) => setTimeout(resolve, 20));
      controller.abort();
      expect((await rejection(response.text())).name).toBe('AbortError');
    });
  });
});
