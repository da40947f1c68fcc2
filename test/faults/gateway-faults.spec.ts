import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import {
  BudgetService,
  ClaudeService,
  CostTrackerService,
  RateLimiterService,
  type CallRecord,
  type ClaudeModuleOptions,
  type StageInsertion,
  type UsageEntry,
} from 'nestjs-claude';
import type { AnthropicSimulator, Fault, SimulatorOptions } from 'nestjs-claude/testing';
import type { Gateway } from '../../src/gateway.js';
import { activeCalls, afterTest, eventsOf, eventually, HELLO, open, startPair, STREAM } from '../gateway/support.js';
import { expectNothingClaimed } from '../support/limit-harness.js';
import { extra } from './support.js';

/** Long enough for a machine with much else to do. */
const PATIENCE_MS = 5_000;
const HOUR_MS = 3_600_000;
const TEXT = 'one two three four five six seven eight nine ten ';
const BODIES = [HELLO, STREAM] as const;

/** Limits and a budget, so that there is something to hold. */
const OPTIONS: ClaudeModuleOptions = {
  shutdownGraceMs: 1_000,
  rateLimit: { requestsPerMinute: 6_000, burst: { requests: 100 }, tokensPerMinute: 1_000_000 },
  cost: { budgets: [{ name: 'all', limitUsd: 1, window: 'month' }] },
};

/** A gateway in front of a simulator, and what it knew of each of its calls once that was over. */
interface Watched {
  readonly sim: AnthropicSimulator;
  readonly gateway: Gateway;
  readonly records: CallRecord[];
  readonly entries: UsageEntry[];
  /** Waits until the first stream has begun, as the gateway sees it. */
  untilAnswered(): Promise<void>;
}

async function start(options: ClaudeModuleOptions = {}, simulator: SimulatorOptions = {}): Promise<Watched> {
  let answers = 0;
  const look: StageInsertion = {
    before: 'circuit',
    use: async (call, next) => {
      const answer = await next(call);
      answers += 1;
      return answer;
    },
  };
  const pair = await startPair(simulator, { ...OPTIONS, stages: [look], ...options });
  const records: CallRecord[] = [];
  const entries: UsageEntry[] = [];
  pair.gateway.app.get(ClaudeService).records.subscribe((record) => records.push(record));
  pair.gateway.app.get(CostTrackerService).entries.subscribe((entry) => entries.push(entry));
  const untilAnswered = (): Promise<void> => eventually(() => answers === 1, PATIENCE_MS);
  return { ...pair, records, entries, untilAnswered };
}

/** Each call has one record and one entry; nothing is held of any; what was spent is what the entries say. */
async function expectSettled({ sim, gateway, records, entries }: Watched, calls: number): Promise<void> {
  const { app } = gateway;
  await eventually(() => activeCalls(gateway) === 0, PATIENCE_MS);
  await sim.whenIdle({ allowKeepAlive: true, timeoutMs: PATIENCE_MS });
  expect(new Set(records.map(({ id }) => id)).size).toBe(calls);
  expect(records).toHaveLength(calls);
  expect(entries.map(({ id }) => id)).toEqual(records.map(({ id }) => id));
  await expectNothingClaimed(app.get(RateLimiterService));
  const { spentUsd, reservedUsd } = await app.get(BudgetService).get('all');
  const booked = entries.reduce((sum, { costNanoUsd }) => sum + costNanoUsd, 0);
  expect([Math.round(spentUsd * 1e9), reservedUsd]).toEqual([booked, 0]);
}

async function untilQueued({ gateway }: Watched): Promise<void> {
  let queued = 0;
  const look = async (): Promise<void> => {
    const { limits } = await gateway.app.get(RateLimiterService).snapshot();
    queued = limits.reduce((sum, each) => sum + each.queued, 0);
  };
  await eventually(() => {
    void look();
    return queued === 1;
  }, PATIENCE_MS);
}

extra('client disconnect', 'while its call waits in line: it is let go of, and nothing is sent or booked', async () => {
  for (const body of BODIES) {
    const watched = await start({ rateLimit: { ...OPTIONS.rateLimit, maxConcurrent: 1 } });
    watched.sim.onMessage().failWith({ kind: 'hang' });
    const first = open(watched.gateway, body);
    await eventually(() => watched.sim.activeRequests === 1, PATIENCE_MS);
    const second = open(watched.gateway, body);
    await untilQueued(watched);
    second.request.destroy();
    await eventually(() => watched.records.length === 1, PATIENCE_MS);
    expect(watched.records).toMatchObject([
      { outcome: { kind: 'abandoned', at: 'before-answer' }, attempts: [], costNanoUsd: 0 },
    ]);
    expect(watched.sim.requests).toMatchObject([{ outcome: 'active' }]);
    first.request.destroy();
    await expectSettled(watched, 2);
  }
});

extra('client disconnect', 'before the headers: the API sees it, and what it may cost is booked', async () => {
  for (const body of BODIES) {
    const watched = await start({}, { latency: { jsonMs: HOUR_MS, firstTokenMs: HOUR_MS } });
    const { request } = open(watched.gateway, body);
    await eventually(() => watched.sim.activeRequests === 1, PATIENCE_MS);
    expect((await watched.gateway.app.get(BudgetService).get('all')).reservedUsd).toBeGreaterThan(0);
    request.destroy();
    await expectSettled(watched, 1);
    expect(watched.sim.requests).toMatchObject([{ outcome: 'clientAborted' }]);
    // The `message_start` of a stream is there by then, and tells the input.
    const quality = 'stream' in body ? 'partial' : 'estimated';
    expect(watched.records).toMatchObject([
      { outcome: { kind: 'abandoned', at: 'before-answer' }, usage: { quality } },
    ]);
    expect(watched.entries[0]?.costNanoUsd).toBeGreaterThan(0);
  }
});

extra('client disconnect', 'in mid-stream: the API sees it, and what came until then is booked', async () => {
  const watched = await start({}, { latency: { perEventMs: 20 } });
  watched.sim.onMessage().reply(TEXT.repeat(100));
  const { request, response } = open(watched.gateway, STREAM);
  let read = '';
  for await (const chunk of await response) {
    read += String(chunk);
    if (eventsOf(read).filter((event) => event === 'content_block_delta').length >= 3) break;
  }
  expect(watched.sim.requests).toMatchObject([{ outcome: 'active' }]);
  request.destroy();
  await expectSettled(watched, 1);
  expect(watched.sim.requests).toMatchObject([{ outcome: 'clientAborted' }]);
  expect(watched.records).toMatchObject([
    { outcome: { kind: 'abandoned', at: 'during-answer' }, usage: { quality: 'partial' } },
  ]);
  expect(watched.entries[0]?.parts[0]?.inputTokens).toBe(watched.sim.requests[0]?.billed?.input_tokens);
});

extra('client disconnect', 'in the middle of a JSON body: the API sees it, and an estimate is booked', async () => {
  const watched = await start();
  watched.sim.onMessage().reply(TEXT).failWith({ kind: 'stallMidStream', afterDeltas: 3 });
  const { request } = open(watched.gateway, HELLO);
  await eventually(() => watched.sim.requests[0]?.fault === 'stallMidStream', PATIENCE_MS);
  expect(watched.sim.activeRequests).toBe(1);
  request.destroy();
  await expectSettled(watched, 1);
  expect(watched.records).toMatchObject([{ outcome: { kind: 'abandoned' }, usage: { quality: 'estimated' } }]);
  expect(watched.entries[0]?.costNanoUsd).toBeGreaterThan(0);
});

/** A streamed answer on a connection that is used again; rejects where the message is not one whole HTTP message. */
function sendStream({ url }: Gateway, agent: Agent): Promise<{ readonly text: string; readonly requestId: string }> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    const request = httpRequest(`${url}/v1/messages`, { method: 'POST', headers, agent });
    const read = async (answer: IncomingMessage): Promise<void> => {
      let text = '';
      for await (const chunk of answer.setEncoding('utf8')) text += String(chunk);
      resolve({ text, requestId: String(answer.headers['request-id']) });
    };
    request.on('response', (answer) => void read(answer).catch(reject)).on('error', reject);
    request.end(JSON.stringify(STREAM));
  });
}

/** What each event holds; every one of them whole. */
function dataOf(text: string): readonly { readonly type: string }[] {
  expect(text.endsWith('\n\n')).toBe(true);
  const events = text.slice(0, -2).split('\n\n');
  return events.map((event) => JSON.parse(/^event: \w+\ndata: (.+)$/.exec(event)?.[1] ?? '') as { type: string });
}

const BREAKS: readonly (readonly [fault: Fault, type: string])[] = [
  [{ kind: 'resetMidStream', afterDeltas: 3 }, 'api_error'],
  [{ kind: 'truncateStream', afterDeltas: 3 }, 'api_error'],
  [{ kind: 'truncateBody', afterDeltas: 3 }, 'api_error'],
  [{ kind: 'malformedEvent', afterDeltas: 3 }, 'api_error'],
  [{ kind: 'hugeEvent', bytes: 9 * 1024 * 1024 }, 'api_error'],
  [{ kind: 'stallMidStream', afterDeltas: 3 }, 'timeout_error'],
  [{ kind: 'errorEvent', afterDeltas: 3, type: 'overloaded_error' }, 'overloaded_error'],
  [{ kind: 'errorEvent', afterDeltas: 3, type: 'rate_limit_error' }, 'rate_limit_error'],
];

extra(
  'error event after headers',
  'a stream that breaks ends with one, whole and on a connection that lives on',
  async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    afterTest(async () => agent.destroy());
    const watched = await start({ timeouts: { idleMs: 100 }, circuit: false });
    let connections = 0;
    watched.gateway.app.getHttpServer().on('connection', () => (connections += 1));
    for (const [broken, type] of BREAKS) {
      watched.sim.onMessage().reply(TEXT).failWith(broken).once();
      const { text, requestId } = await sendStream(watched.gateway, agent);
      const events = dataOf(text);
      expect([broken.kind, events.filter((event) => event.type === 'error')]).toEqual([
        broken.kind,
        [{ type: 'error', error: expect.objectContaining({ type }) as object, request_id: requestId }],
      ]);
      expect(events.at(-1)?.type).toBe('error');
      expect(text).not.toContain('message_stop');
    }
    expect(eventsOf((await sendStream(watched.gateway, agent)).text).at(-1)).toBe('message_stop');
    expect(connections).toBe(1);
    await expectSettled(watched, BREAKS.length + 1);
    for (const record of watched.records.slice(0, -1))
      expect(record).toMatchObject({ outcome: { kind: 'failed' }, usage: { quality: 'partial' } });
  },
);

extra('error event after headers', 'a stream that outlasts a shutdown ends with one too', async () => {
  const watched = await start({ shutdownGraceMs: 50 });
  watched.sim.onMessage().reply(TEXT).failWith({ kind: 'stallMidStream', afterDeltas: 3 });
  const agent = new Agent({ keepAlive: false });
  const answer = sendStream(watched.gateway, agent);
  await watched.untilAnswered();
  await watched.gateway.close();
  const { text, requestId } = await answer;
  expect(dataOf(text).at(-1)).toMatchObject({ type: 'error', error: { type: 'api_error' }, request_id: requestId });
  expect(watched.records).toMatchObject([{ outcome: { kind: 'failed' }, usage: { quality: 'partial' } }]);
});
