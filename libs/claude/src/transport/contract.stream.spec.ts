import { Readable } from 'node:stream';
import { concatenated, describeContract } from './spec-support/contract.js';
import { nameOfThrown, rejection, until } from './spec-support/waiting.js';

describeContract((subject) => {
  describe('gives a stream', () => {
    it('that iterates, and unlocks at its end', async () => {
      const { body } = await subject.get('/chunks');
      expect(body).toBeInstanceOf(ReadableStream);
      expect(body?.locked).toBe(false);
      expect(await concatenated(body)).toBe('one two three');
      expect(body?.locked).toBe(false);
    });

    it('that is locked while it is iterated', async () => {
      const { body } = await subject.get('/chunks');
      const iterator = body?.[Symbol.asyncIterator]();
      expect(body?.locked).toBe(true);
      expect(nameOfThrown(() => body?.getReader())).toBe('TypeError');
      expect(nameOfThrown(() => body?.[Symbol.asyncIterator]())).toBe('TypeError');
      expect((await rejection(body?.cancel() ?? Promise.resolve())).name).toBe('TypeError');
      await iterator?.return?.();
      expect(body?.locked).toBe(false);
    });

    it('that closes the connection when the loop is left', async () => {
      const { broken } = subject.server;
      const response = await subject.get('/endless');
      for await (const chunk of response.body ?? []) {
        expect(chunk.byteLength).toBeGreaterThan(0);
        break;
      }
      expect(response.bodyUsed).toBe(true);
      expect(await concatenated(response.body)).toBe('');
      await until(() => subject.server.broken > broken, 'closing of the connection');
    });

    it('that takes several steps asked for at once', async () => {
      const { body } = await subject.get('/chunks');
      const iterator = body?.[Symbol.asyncIterator]();
      const steps = await Promise.all([iterator?.next(), iterator?.next(), iterator?.next(), iterator?.next()]);
      expect(steps.map((step) => Buffer.from(step?.value ?? []).toString()).join('')).toBe('one two three');
      expect(steps.at(-1)?.done).toBe(true);
    });

    it('that has a reader', async () => {
      const { body } = await subject.get('/chunks');
      const reader = body?.getReader();
      expect(body?.locked).toBe(true);
      let text = '';
      for (let step = await reader?.read(); step?.done === false; step = await reader?.read()) {
        text += Buffer.from(step.value).toString();
      }
      expect(text).toBe('one two three');
      await expect(reader?.closed).resolves.toBeUndefined();
      reader?.releaseLock();
      expect(body?.locked).toBe(false);
    });

    it('that has a reader into buffers of the caller', async () => {
      const { body } = await subject.get('/json');
      const reader = body?.getReader({ mode: 'byob' });
      const { value } = (await reader?.read(new Uint8Array(7))) ?? {};
      expect(Buffer.from(value ?? []).toString()).toBe('{"text"');
      await reader?.cancel();
    });

    it('that cancels', async () => {
      const { broken } = subject.server;
      const response = await subject.get('/endless');
      await response.body?.cancel();
      expect(response.bodyUsed).toBe(true);
      await until(() => subject.server.broken > broken, 'closing of the connection');
      expect((await rejection(response.text())).name).toBe('TypeError');
    });

    it('that tees', async () => {
      const { body } = await subject.get('/chunks');
      const branches = body?.tee() ?? [];
      expect(await Promise.all(branches.map(concatenated))).toEqual(['one two three', 'one two three']);
    });

    it('that pipes', async () => {
      const { body } = await subject.get('/chunks');
      const upper = new TransformStream<Uint8Array, string>({
        transform: (chunk, controller) => controller.enqueue(Buffer.from(chunk).toString().toUpperCase()),
      });
      let text = '';
      for await (const chunk of body?.pipeThrough(upper) ?? []) text += chunk;
      expect(text).toBe('ONE TWO THREE');
      const sunk: Uint8Array[] = [];
      await (
        await subject.get('/chunks')
      ).body?.pipeTo(new WritableStream({ write: (chunk) => void sunk.push(chunk) }));
      expect(Buffer.concat(sunk).toString()).toBe('one two three');
    });

    it('that survives its loop with preventCancel', async () => {
      const { body } = await subject.get('/chunks');
      let text = '';
      for await (const chunk of body?.values({ preventCancel: true }) ?? []) {
        text += Buffer.from(chunk).toString();
        break;
      }
      expect(text + (await concatenated(body))).toBe('one two three');
    });

    it('that Node reads as a stream of its own', async () => {
      const { body } = await subject.get('/chunks');
      const chunks = await Readable.fromWeb(body as never).toArray();
      expect(Buffer.concat(chunks as Buffer[]).toString()).toBe('one two three');
    });

    it('that becomes the body of another response', async () => {
      const response = await subject.get('/chunks');
      const replaced = new Response(response.body as never, response);
      expect(replaced.status).toBe(200);
      expect([...replaced.headers]).toEqual([...response.headers]);
      expect(replaced.bodyUsed).toBe(false);
      await expect(replaced.clone().text()).resolves.toBe('one two three');
      await expect(replaced.text()).resolves.toBe('one two three');
    });

    it('that no other response takes once it is used', async () => {
      const response = await subject.get('/chunks');
      await response.text();
      expect(nameOfThrown(() => new Response(response.body as never))).toBe('TypeError');
    });

    it('whose reader slows down the server', async () => {
      const before = process.memoryUsage().arrayBuffers;
      const response = await subject.get('/endless');
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 1024 * 1024);
      await response.body?.cancel();
    });
  });
});
