import { connect } from 'node:net';
import { errorIn, eventsOf, eventually, HELLO, open, sdk, send, startPair, STREAM } from './support.js';

describe('A shutdown', () => {
  it('lets a running stream finish, accepts nobody new and closes kept connections at once', async () => {
    const { sim, gateway } = await startPair({ latency: { perEventMs: 3 } });
    const stream = await sdk(gateway).messages.create(STREAM);
    const closed = gateway.close();
    await expect(send(gateway, '/health/live')).rejects.toThrow('ECONNREFUSED');
    const types: string[] = [];
    for await (const { type } of stream) types.push(type);
    expect(types.at(-1)).toBe('message_stop');
    await closed;
    expect(sim.lastRequest().outcome).toBe('completed');
  });

  it('ends a stream that outlasts the grace period with an error event', async () => {
    const { sim, gateway } = await startPair({ latency: { perEventMs: 10 } }, { shutdownGraceMs: 30 });
    const response = await open(gateway).response;
    const closed = gateway.close();
    let text = '';
    for await (const chunk of response) text += String(chunk);
    expect(eventsOf(text).slice(-2)).toEqual(['content_block_delta', 'error']);
    expect(text).toMatch(/"type":"api_error","message":"The application shut down before[^\n]+\n\n$/);
    await closed;
    await sim.whenIdle();
  });

  it('turns down what still comes in on an open connection, as a refusal of its own, and closes it', async () => {
    const { sim, gateway } = await startPair({ latency: { jsonMs: 60 } });
    const body = JSON.stringify(HELLO);
    const head = 'POST /v1/messages HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n';
    const { hostname, port } = new URL(gateway.url);
    const socket = connect(Number(port), hostname).setEncoding('utf8');
    let received = '';
    socket.on('data', (data: string) => (received += data));
    const left = new Promise((resolve) => void socket.on('close', resolve));
    socket.write(`${head}content-length: ${body.length}\r\n\r\n${body}`);
    await eventually(() => sim.activeRequests === 1);
    const closed = gateway.close();
    socket.write(`${head}content-length: ${body.length}\r\n\r\n${body}`);
    await left;
    expect(received.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 503']);
    expect(received).toContain('x-claude-refusal: shutting_down');
    await closed;
    expect(sim.requests).toHaveLength(1);
  });

  it('ends a call without an answer when the grace period is over', async () => {
    const { sim, gateway } = await startPair({}, { shutdownGraceMs: 20 });
    sim.onMessage().failWith({ kind: 'hang' });
    const answer = send(gateway, '/v1/messages', { body: HELLO });
    await eventually(() => sim.activeRequests === 1);
    await gateway.close();
    expect(errorIn(await answer)).toMatchObject({
      status: 503,
      type: 'api_error',
      message: expect.stringMatching(/shut down before/) as string,
    });
    expect((await answer).headers['x-claude-refusal']).toBe('shutting_down');
  });

  it('can be asked for twice', async () => {
    const { gateway } = await startPair();
    await Promise.all([gateway.close(), gateway.close()]);
    await expect(gateway.close()).resolves.toBeUndefined();
  });
});
