import { clientOf, errorOf, HELLO, KEY, send, startSimulator, thrownBy } from '../spec-support/harness.js';
import type { Expectation } from './expectation.js';
import { SimulatorAssertionError } from './simulator-assertion-error.js';

describe('assertCalled', () => {
  it('holds for what was received', async () => {
    const simulator = await startSimulator();
    await clientOf(simulator).messages.create({ ...HELLO, system: 'Be brief.' });
    await clientOf(simulator).messages.stream(HELLO).finalMessage();
    const holding: Expectation[] = [
      {},
      { times: 2 },
      { times: 1, stream: true },
      { times: 1, system: 'brief' },
      { times: 2, user: /hello/i, model: HELLO.model, apiKey: KEY, status: 200, outcome: 'completed', method: 'POST' },
      { times: 0, model: 'claude-opus-5' },
      { where: ({ body }) => (body as typeof HELLO).max_tokens === 1_024 },
      { path: '/v1/models', times: 0 },
    ];
    for (const expectation of holding) expect(() => simulator.assertCalled(expectation)).not.toThrow();
  });

  it('says what was expected and lists what was received', async () => {
    const simulator = await startSimulator();
    simulator.onMessage().failWith(529).once();
    await errorOf(await send(simulator, '/v1/messages', { body: HELLO }));
    await clientOf(simulator).messages.stream(HELLO).finalMessage();
    const error = thrownBy(() => simulator.assertCalled({ model: 'claude-opus-5', times: 3 }));
    expect(error).toBeInstanceOf(SimulatorAssertionError);
    expect(error.message).toBe(
      [
        'Expected a request with model "claude-opus-5" 3 time(s), but 0 fit. Received 2:',
        '  1. POST /v1/messages claude-sonnet-5-5 key #0 -> 529 faulted fault status',
        '  2. POST /v1/messages claude-sonnet-5-5 stream key #0 -> 200 completed',
      ].join('\n'),
    );
  });

  it('shows texts only to who asks about texts, and keys to nobody', async () => {
    const simulator = await startSimulator();
    await clientOf(simulator).messages.create({ ...HELLO, system: 'secret plan '.repeat(20) });
    expect(thrownBy(() => simulator.assertCalled({ user: /tide/ })).message).toContain('user "Hello there"');
    expect(thrownBy(() => simulator.assertCalled({ system: 'tide' })).message).toMatch(
      /system "(secret plan ){5}\.\.\."/,
    );
    expect(thrownBy(() => simulator.assertCalled({ times: 5 })).message).not.toMatch(/Hello|secret/);
    expect(thrownBy(() => simulator.assertCalled({ apiKey: 'my-key' })).message).not.toContain('my-key');
  });

  it('says when nothing was received', async () => {
    const simulator = await startSimulator();
    expect(thrownBy(() => simulator.assertCalled()).message).toBe(
      'Expected a request to /v1/messages at least once, but 0 fit. No request was received.',
    );
  });

  it('lists no more than twenty', async () => {
    const simulator = await startSimulator();
    await Promise.all(Array.from({ length: 23 }, () => send(simulator, '/v1/models')));
    expect(thrownBy(() => simulator.assertCalled()).message).toMatch(/ 20\. .*\n {2}\.\.\. and 3 more$/);
  });

  it('refuses a condition it does not know', async () => {
    const simulator = await startSimulator();
    expect(() => simulator.assertCalled({ modle: 'x' } as never)).toThrow('"modle"');
  });

  it('refuses to judge without records', async () => {
    const none = await startSimulator({ record: 'none' });
    expect(() => none.assertNotCalled()).toThrow("start it with record: 'full' (it has 'none')");
    const usage = await startSimulator({ record: 'usage' });
    expect(() => usage.assertNotCalled({ user: 'x' })).toThrow("start it with record: 'full' (it has 'usage')");
    usage.assertNotCalled({ model: 'x' });
  });
});

describe('assertNotCalled', () => {
  it('fails for what was received', async () => {
    const simulator = await startSimulator();
    simulator.assertNotCalled();
    await clientOf(simulator).messages.create(HELLO);
    simulator.assertNotCalled({ stream: true });
    expect(thrownBy(() => simulator.assertNotCalled({ stream: false })).message).toBe(
      'Expected no request with stream false, but 1 fit. Received 1:\n' +
        '  1. POST /v1/messages claude-sonnet-5-5 key #0 -> 200 completed',
    );
  });
});

describe('lastRequest', () => {
  it('is the newest one, and fails when there is none', async () => {
    const simulator = await startSimulator();
    expect(() => simulator.lastRequest()).toThrow('none was received');
    await send(simulator, '/v1/models');
    await send(simulator, '/v1/messages', { body: HELLO });
    expect(simulator.lastRequest().path).toBe('/v1/messages');
  });
});

describe('assertIdle', () => {
  it('names what is still active', async () => {
    const simulator = await startSimulator();
    simulator.assertIdle();
    simulator.onMessage().failWith({ kind: 'hang' });
    const abort = new AbortController();
    const request = send(simulator, '/v1/messages', { body: HELLO, signal: abort.signal });
    while (simulator.requests[0]?.model == null) await new Promise((resolve) => setImmediate(resolve));
    expect(thrownBy(() => simulator.assertIdle()).message).toBe(
      'Expected an idle simulator, but there are 1 active request(s) and 1 open connection(s). Received 1:\n' +
        '  1. POST /v1/messages claude-sonnet-5-5 key #0 -> no status active fault hang',
    );
    await expect(simulator.whenIdle({ timeoutMs: 10 })).rejects.toThrow('1 active request(s)');
    abort.abort();
    await expect(request).rejects.toThrow('aborted');
    await simulator.whenIdle({ allowKeepAlive: true });
  });

  it('can overlook connections that are kept for later', async () => {
    const simulator = await startSimulator();
    await (await send(simulator, '/v1/models')).text();
    expect(() => simulator.assertIdle()).toThrow('0 active request(s) and 1 open connection(s)');
    simulator.assertIdle({ allowKeepAlive: true });
  });
});
