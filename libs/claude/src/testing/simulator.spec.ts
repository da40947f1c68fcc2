import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { AnthropicSimulator } from './simulator.js';
import { clientOf, HELLO, rejectionOf, send, startSimulator } from './spec-support/harness.js';

describe('AnthropicSimulator', () => {
  it('listens on a free port of this machine', async () => {
    const simulator = await startSimulator();
    expect(simulator.url).toBe(`http://127.0.0.1:${simulator.port}`);
    expect((await send(simulator, '/v1/models')).status).toBe(200);
  });

  it('listens where it is told to', async () => {
    const probe = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => probe.once('listening', resolve));
    const { port } = probe.address() as AddressInfo;
    expect(await rejectionOf(AnthropicSimulator.start({ port }))).toMatchObject({ code: 'EADDRINUSE' });
    await new Promise((resolve) => probe.close(resolve));
    expect((await startSimulator({ port })).port).toBe(port);
  });

  it('refuses options it does not know', async () => {
    await expect(AnthropicSimulator.start({ seeed: 1 } as never)).rejects.toThrow('Unrecognized key: "seeed"');
  });

  it('closes in the middle of everything, as often as it is asked', async () => {
    const simulator = await startSimulator({ latency: { perEventMs: 50 } });
    simulator.onMessage({ stream: false }).failWith({ kind: 'hang' });
    const client = clientOf(simulator);
    const hanging = rejectionOf(client.messages.create(HELLO));
    const streaming = rejectionOf(client.messages.stream(HELLO).finalMessage());
    while (simulator.activeRequests < 2) await new Promise((resolve) => setImmediate(resolve));
    await Promise.all([simulator.close(), simulator.close()]);
    await simulator.close();
    expect([simulator.activeRequests, simulator.openConnections]).toEqual([0, 0]);
    expect(simulator.requests.map(({ outcome }) => outcome).toSorted()).toEqual(['faulted', 'simulatorClosed']);
    await Promise.all([hanging, streaming]);
    expect(await rejectionOf(send(simulator, '/v1/models'))).toMatchObject({ message: 'fetch failed' });
  });

  it('is disposed of like anything that can be', async () => {
    const simulator = await startSimulator();
    await simulator[Symbol.asyncDispose]();
    expect(await rejectionOf(send(simulator, '/v1/models'))).toMatchObject({ message: 'fetch failed' });
  });

  it('keeps nothing of its own between two of its kind', async () => {
    const [one, two] = await Promise.all([startSimulator(), startSimulator()]);
    one.onMessage().failWith(500);
    expect((await send(two, '/v1/messages', { body: HELLO })).status).toBe(200);
    one.assertNotCalled();
  });

  it('answers many at once, streams and JSON, and loses none', async () => {
    const simulator = await startSimulator();
    const client = clientOf(simulator);
    const calls = Array.from({ length: 200 }, async (_, index) => {
      const messages = [{ role: 'user' as const, content: `number ${index % 7}` }];
      const params = { ...HELLO, messages };
      const message = await (index % 2 === 0
        ? client.messages.create(params)
        : client.messages.stream(params).finalMessage());
      return { content: message.content, usage: message.usage, number: index % 7 };
    });
    const answers = await Promise.all(calls);
    for (const { content, usage, number } of answers) {
      const first = answers.find((other) => other.number === number);
      expect([content, usage]).toEqual([first?.content, first?.usage]);
    }
    expect(new Set(simulator.billed.messages.map(({ messageId }) => messageId)).size).toBe(200);
    simulator.assertIdle({ allowKeepAlive: true });
  });
});
