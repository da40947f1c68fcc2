import { APIConnectionError, InternalServerError, type Anthropic, type APIError } from '@anthropic-ai/sdk';
import { ManualClock } from '../clock/manual-clock.js';
import type { AnthropicSimulator } from '../simulator.js';
import { clientOf, HELLO, rejectionOf, send, startSimulator } from '../spec-support/harness.js';
import type { Fault } from './fault.js';

const TEXT = 'Ünïcödé 😀 text, long enough for quite a few deltas of a stream. '.repeat(3);
const STREAM = { ...HELLO, stream: true } as const;

/** What a client saw of a stream before it ended or broke. */
interface Seen {
  readonly types: readonly string[];
  readonly deltas: number;
  readonly text: string;
  readonly error: unknown;
}

async function watch(simulator: AnthropicSimulator, signal?: AbortSignal): Promise<Seen> {
  const types: string[] = [];
  let text = '';
  let error: unknown;
  try {
    for await (const event of await clientOf(simulator).messages.create(STREAM, { signal })) {
      types.push(event.type);
      if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') text += event.delta.text;
    }
  } catch (caught) {
    error = caught;
  }
  return { types, deltas: types.filter((type) => type === 'content_block_delta').length, text, error };
}

async function simulatorWith(fault: Fault): Promise<AnthropicSimulator> {
  const simulator = await startSimulator();
  simulator.onMessage().reply(TEXT).failWith(fault);
  return simulator;
}

/** The answer to a JSON request, or what it failed with. */
async function ask(simulator: AnthropicSimulator): Promise<Anthropic.Message> {
  return clientOf(simulator).messages.create(HELLO);
}

/** Leaves after a while, as a client with an idle timeout would. */
const impatience = (): AbortSignal => AbortSignal.timeout(60);

describe('status faults', () => {
  it.each([
    [400, 'invalid_request_error'],
    [401, 'authentication_error'],
    [402, 'billing_error'],
    [403, 'permission_error'],
    [404, 'not_found_error'],
    [408, 'invalid_request_error'],
    [409, 'conflict_error'],
    [413, 'request_too_large'],
    [422, 'invalid_request_error'],
    [429, 'rate_limit_error'],
    [500, 'api_error'],
    [503, 'api_error'],
    [504, 'timeout_error'],
    [529, 'overloaded_error'],
  ])('answer %i with the type the API uses: %s', async (status, type) => {
    const simulator = await startSimulator();
    simulator.onMessage().failWith(status);
    for (const params of [HELLO, STREAM]) {
      const error = (await rejectionOf(clientOf(simulator).messages.create(params))) as APIError;
      expect([error.status, error.type, error.requestID]).toEqual([status, type, simulator.lastRequest().requestId]);
      expect(error.apiMessage).toMatch(/.+/);
    }
    expect(simulator.requests.map(({ outcome, billed }) => [outcome, billed])).toEqual([
      ['faulted', null],
      ['faulted', null],
    ]);
  });

  it('answer 502 as a proxy does', async () => {
    const simulator = await startSimulator();
    simulator.onMessage().failWith(502);
    const response = await send(simulator, '/v1/messages', { body: HELLO });
    expect([response.status, response.headers.get('content-type')]).toEqual([502, 'text/html']);
    expect(await response.text()).toContain('<h1>502 Bad Gateway</h1>');
    expect(await rejectionOf(ask(simulator))).toBeInstanceOf(InternalServerError);
  });

  it.each([
    [{ retryAfter: 2 }, 'retry-after', '2'],
    [{ retryAfter: 'Wed, 21 Oct 2026 07:28:00 GMT' }, 'retry-after', 'Wed, 21 Oct 2026 07:28:00 GMT'],
    [{ retryAfter: 'soon' }, 'retry-after', 'soon'],
    [{ retryAfter: -1 }, 'retry-after', '-1'],
    [{ retryAfterMs: 250 }, 'retry-after-ms', '250'],
    [{ headers: { 'x-should-retry': 'false' } }, 'x-should-retry', 'false'],
  ])('send %j', async (more, header, value) => {
    const simulator = await startSimulator();
    simulator.onMessage().failWith({ kind: 'status', status: 429, ...more });
    const { headers } = await send(simulator, '/v1/messages', { body: HELLO });
    expect(headers.get(header)).toBe(value);
  });

  it('carry the code of a spend stop', async () => {
    const simulator = await startSimulator();
    simulator
      .onMessage()
      .failWith({ kind: 'status', status: 429, errorCode: 'enforced_spend_limit_reached', message: 'Stop.' });
    const error = (await rejectionOf(ask(simulator))) as APIError;
    expect([error.errorCode, error.apiMessage]).toEqual(['enforced_spend_limit_reached', 'Stop.']);
  });

  it('send whatever body they are given', async () => {
    const simulator = await startSimulator();
    simulator
      .onMessage()
      .failWith({ kind: 'status', status: 503, body: 'upstream is away', contentType: 'text/plain' });
    const response = await send(simulator, '/v1/messages', { body: HELLO });
    expect([await response.text(), response.headers.get('content-type')]).toEqual(['upstream is away', 'text/plain']);
  });
});

describe('faults in a stream', () => {
  it('resetBeforeHeaders breaks the connection with nothing sent or billed', async () => {
    const simulator = await simulatorWith({ kind: 'resetBeforeHeaders' });
    const { error, types } = await watch(simulator);
    expect(error).toBeInstanceOf(APIConnectionError);
    expect(types).toEqual([]);
    expect(simulator.lastRequest()).toMatchObject({ status: null, outcome: 'faulted', billed: null });
  });

  it.each([
    ['resetMidStream', 3],
    ['truncateBody', 3],
    ['resetMidStream', 0],
  ] as const)('%s breaks the connection after %i deltas', async (kind, afterDeltas) => {
    const simulator = await simulatorWith({ kind, afterDeltas });
    const { deltas, types, error } = await watch(simulator);
    expect(String(error)).toMatch(/terminated|fetch failed|ECONNRESET/);
    expect(types[0]).toBe('message_start');
    expect(deltas).toBe(afterDeltas);
    expect(simulator.lastRequest()).toMatchObject({ status: 200, outcome: 'faulted', fault: kind });
  });

  it('resetMidStream lets everything before it through, time after time', async () => {
    const simulator = await simulatorWith({ kind: 'resetMidStream', afterDeltas: 5 });
    const seen = await Promise.all(Array.from({ length: 40 }, () => watch(simulator)));
    expect(seen.map(({ deltas }) => deltas)).toEqual(Array.from({ length: 40 }, () => 5));
  });

  it('truncateStream ends the response correctly, without message_stop', async () => {
    const simulator = await simulatorWith({ kind: 'truncateStream', afterDeltas: 4 });
    const { deltas, types, error } = await watch(simulator);
    expect(error).toBeUndefined();
    expect([deltas, types.at(-1)]).toEqual([4, 'content_block_delta']);
  });

  it.each([
    [{ kind: 'errorEvent' }, ['message_start']],
    [{ kind: 'errorEvent', afterDeltas: 1 }, ['message_start', 'content_block_start', 'content_block_delta']],
    [{ kind: 'errorEvent', beforeMessageStart: true }, []],
  ] as const)('%j sends an error event', async (fault, types) => {
    const simulator = await simulatorWith(fault);
    const seen = await watch(simulator);
    expect(seen.types).toEqual(types);
    expect(seen.error).toMatchObject({ status: undefined, type: 'overloaded_error', apiMessage: 'Overloaded' });
  });

  it('errorEvent takes a type and a message', async () => {
    const simulator = await simulatorWith({ kind: 'errorEvent', type: 'api_error', message: 'Oh no.' });
    expect((await watch(simulator)).error).toMatchObject({ type: 'api_error', apiMessage: 'Oh no.' });
  });

  it('malformedEvent sends data that is no JSON', async () => {
    const { deltas, error } = await watch(await simulatorWith({ kind: 'malformedEvent', afterDeltas: 2 }));
    expect(deltas).toBe(2);
    expect(String(error)).toMatch(/SyntaxError|JSON/);
  });

  it('malformedJson and emptyBody answer 200 with nothing to read', async () => {
    const broken = await send(await simulatorWith({ kind: 'malformedJson' }), '/v1/messages', { body: STREAM });
    expect(broken.headers.get('content-type')).toBe('application/json');
    await expect(broken.json()).rejects.toThrow('JSON');
    const empty = await send(await simulatorWith({ kind: 'emptyBody' }), '/v1/messages', { body: STREAM });
    expect([empty.status, await empty.text()]).toEqual([200, '']);
  });

  it.each([
    [{ kind: 'hang' }, [], null],
    [{ kind: 'stallAfterHeaders' }, [], 200],
    [{ kind: 'stallMidStream', afterDeltas: 1 }, ['message_start', 'content_block_start', 'content_block_delta'], 200],
    [{ kind: 'pingsOnly', everyMs: 5 }, ['message_start'], 200],
  ] as const)('%j lasts until the client leaves', async (fault, types, status) => {
    const simulator = await simulatorWith(fault);
    const seen = await watch(simulator, impatience());
    expect(seen.types).toEqual(types);
    await simulator.whenIdle({ allowKeepAlive: true });
    expect(simulator.lastRequest()).toMatchObject({ outcome: 'faulted', status });
  });

  it('stallAfterHeaders does send the headers', async () => {
    const simulator = await simulatorWith({ kind: 'stallAfterHeaders' });
    const abort = new AbortController();
    const response = await send(simulator, '/v1/messages', { body: STREAM, signal: abort.signal });
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
    abort.abort();
  });

  it('cuts behind the last delta when there are fewer than asked for', async () => {
    const { text, types } = await watch(await simulatorWith({ kind: 'truncateStream', afterDeltas: 10_000 }));
    expect([text, types.at(-1)]).toEqual([TEXT, 'content_block_delta']);
  });

  it('pingsOnly keeps pinging', async () => {
    const clock = new ManualClock();
    const simulator = await startSimulator({ clock });
    simulator.onMessage().failWith({ kind: 'pingsOnly' });
    const abort = new AbortController();
    const response = await send(simulator, '/v1/messages', { body: STREAM, signal: abort.signal });
    let text = '';
    const reading = (async () => {
      for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) text += chunk;
    })();
    clock.advance(3_000);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(text.match(/event: ping/g)).toHaveLength(3);
    abort.abort();
    await expect(reading).rejects.toThrow('aborted');
    await simulator.whenIdle({ allowKeepAlive: true });
    expect(clock.pendingTimers).toBe(0);
  });

  it.each([{ kind: 'slowFirstToken', ms: 80 } as const, { kind: 'slowStream', perEventMs: 3 } as const])(
    '%j delays a complete answer',
    async (fault) => {
      const simulator = await simulatorWith(fault);
      const startMs = performance.now();
      const { text, error } = await watch(simulator);
      expect([text, error]).toEqual([TEXT, undefined]);
      // Timers may fire a little early.
      expect(performance.now() - startMs).toBeGreaterThan(50);
      expect(simulator.lastRequest()).toMatchObject({ outcome: 'completed', fault: fault.kind });
    },
  );

  it('corruptGzip cannot be inflated', async () => {
    const response = await send(await simulatorWith({ kind: 'corruptGzip' }), '/v1/messages', { body: STREAM });
    expect(response.headers.get('content-encoding')).toBe('gzip');
    await expect(response.text()).rejects.toThrow('terminated');
  });

  it('hugeEvent adds one event of its size', async () => {
    const simulator = await simulatorWith({ kind: 'hugeEvent', bytes: 1_000_000 });
    const { text, error } = await watch(simulator);
    expect([text.length, error]).toEqual([TEXT.length + 1_000_000, undefined]);
    expect(simulator.lastRequest().billed?.output_tokens).toBe(Math.ceil(TEXT.length / 4));
  });

  it('unknownEvents leaves the message whole for who skips what he does not know', async () => {
    const simulator = await simulatorWith({ kind: 'unknownEvents' });
    const { types, text } = await watch(simulator);
    expect([text, types.at(-1)]).toEqual([TEXT, 'message_stop']);
    const raw = await (await send(simulator, '/v1/messages', { body: STREAM })).text();
    for (const part of ['event: future_event', '"type":"future_block"', '"type":"future_delta"', ': a comment']) {
      expect(raw).toContain(part);
    }
  });

  it('splitBytes gives the same bytes in pieces that cut characters', async () => {
    const simulator = await simulatorWith({ kind: 'splitBytes', chunkBytes: 3 });
    expect(await watch(simulator)).toMatchObject({ text: TEXT, error: undefined });
    const response = await send(simulator, '/v1/messages', { body: STREAM });
    let chunks = 0;
    for await (const _ of response.body ?? []) chunks++;
    expect(chunks).toBeGreaterThan(50);
  });
});

describe('faults in a JSON answer', () => {
  it.each<[Fault, number]>([
    [{ kind: 'errorEvent' }, 529],
    [{ kind: 'errorEvent', type: 'api_error' }, 500],
    [{ kind: 'errorEvent', type: 'invalid_request_error' }, 400],
  ])('%j becomes the status it stands for', async (fault, status) => {
    const simulator = await simulatorWith(fault);
    expect(await rejectionOf(ask(simulator))).toMatchObject({ status });
    expect(simulator.billed.totals.messages).toBe(0);
  });

  it.each<[Fault, RegExp]>([
    [{ kind: 'resetBeforeHeaders' }, /Connection error/],
    [{ kind: 'resetMidStream', afterDeltas: 1 }, /terminated/],
    [{ kind: 'truncateBody' }, /terminated/],
    [{ kind: 'truncateStream', afterDeltas: 1 }, /JSON/],
    [{ kind: 'malformedEvent', afterDeltas: 1 }, /JSON/],
    [{ kind: 'malformedJson' }, /JSON/],
    [{ kind: 'corruptGzip' }, /terminated/],
  ])('%j cannot be read', async (fault, problem) => {
    const simulator = await simulatorWith(fault);
    expect(String(await rejectionOf(ask(simulator)))).toMatch(problem);
    expect(simulator.lastRequest()).toMatchObject({ outcome: 'faulted', fault: fault.kind });
  });

  it('emptyBody is a 200 with nothing in it', async () => {
    const response = await send(await simulatorWith({ kind: 'emptyBody' }), '/v1/messages', { body: HELLO });
    expect([response.status, response.headers.get('content-length'), await response.text()]).toEqual([200, '0', '']);
  });

  it.each<Fault>([
    { kind: 'hang' },
    { kind: 'stallAfterHeaders' },
    { kind: 'stallMidStream', afterDeltas: 1 },
    { kind: 'pingsOnly' },
  ])('%j lasts until the client leaves', async (fault) => {
    const simulator = await simulatorWith(fault);
    await rejectionOf(clientOf(simulator).messages.create(HELLO, { signal: impatience() }));
    await simulator.whenIdle({ allowKeepAlive: true });
    expect(simulator.lastRequest().outcome).toBe('faulted');
  });

  it.each<Fault>([
    { kind: 'slowFirstToken', ms: 50 },
    { kind: 'slowStream', perEventMs: 50 },
  ])('%j delays a complete answer', async (fault) => {
    const startMs = performance.now();
    expect((await ask(await simulatorWith(fault))).content).toMatchObject([{ text: TEXT }]);
    expect(performance.now() - startMs).toBeGreaterThan(45);
  });

  it('hugeEvent and unknownEvents add to a complete answer', async () => {
    const huge = await ask(await simulatorWith({ kind: 'hugeEvent', bytes: 100_000 }));
    expect(huge.content).toMatchObject([{ text: 'x'.repeat(100_000) }, { text: TEXT }]);
    const unknown = await ask(await simulatorWith({ kind: 'unknownEvents' }));
    expect(unknown).toMatchObject({ future_field: [1, 2, 3], content: [{ type: 'future_block' }, { text: TEXT }] });
  });

  it('splitBytes gives the same answer in pieces', async () => {
    expect((await ask(await simulatorWith({ kind: 'splitBytes', chunkBytes: 7 }))).content).toMatchObject([
      { text: TEXT },
    ]);
  });
});

describe('a stalled request', () => {
  it('ends when the simulator closes', async () => {
    const simulator = await startSimulator();
    simulator.onMessage().failWith({ kind: 'hang' });
    const failed = rejectionOf(ask(simulator));
    while (simulator.activeRequests === 0) await new Promise((resolve) => setImmediate(resolve));
    await simulator.close();
    expect(await failed).toBeInstanceOf(APIConnectionError);
    simulator.assertIdle();
  });
});

describe('random faults', () => {
  it('strike the same requests for the same seed, about as often as they should', async () => {
    const faults = [{ fault: { kind: 'status', status: 529 } as const, probability: 0.3 }];
    const statuses = async (seed: number): Promise<readonly number[]> => {
      const simulator = await startSimulator({ seed, faults });
      const seen: number[] = [];
      for (let i = 0; i < 50; i++) seen.push((await send(simulator, '/v1/messages', { body: HELLO })).status);
      return seen;
    };
    const [one, same, other] = await Promise.all([statuses(1), statuses(1), statuses(2)]);
    expect(same).toEqual(one);
    expect(other).not.toEqual(one);
    const hits = one.filter((status) => status === 529).length;
    expect(hits).toBeGreaterThan(5);
    expect(hits).toBeLessThan(25);
  });

  it("give way to a rule's own fault", async () => {
    const faults = [{ fault: { kind: 'status', status: 529 } as const, probability: 1 }];
    const simulator = await startSimulator({ faults });
    simulator.onMessage().failWith(500).once();
    const statuses = [
      await send(simulator, '/v1/messages', { body: HELLO }),
      await send(simulator, '/v1/messages', { body: HELLO }),
    ];
    expect(statuses.map(({ status }) => status)).toEqual([500, 529]);
  });
});
