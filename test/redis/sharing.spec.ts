import { Redis } from 'ioredis';
import type { CircuitEvent, ClaudeModuleOptions } from 'nestjs-claude';
import { RedisAdmissionStore } from 'nestjs-claude/redis';
import type { SimulatorOptions } from 'nestjs-claude/testing';
import { bootClaude, eventually, PARAMS, rejection, type ClaudeHarness } from '../support/claude-harness.js';
import { askJson, HAIKU, limitsOf, SONNET, untilQueued } from '../support/limit-harness.js';
import { hasRedisServer, RedisServer } from '../support/redis-server.js';

const describeRedis = hasRedisServer('what replicas tell each other through Redis') ? describe : describe.skip;

const PATIENCE_MS = 10_000;

describeRedis('Two modules that share a Redis', () => {
  let server: RedisServer;
  let clients: Redis[];
  let one: ClaudeHarness;
  let two: ClaudeHarness;

  beforeEach(async () => {
    server = await RedisServer.start();
    clients = [];
  });

  afterEach(async () => {
    await Promise.all([one, two].map((harness) => harness.close()));
    for (const client of clients) client.disconnect();
    await server.stop();
  });

  async function boot(claude: ClaudeModuleOptions = {}, simulator: SimulatorOptions = {}): Promise<void> {
    const each = async (): Promise<ClaudeHarness> => {
      const client = new Redis(server.url);
      clients.push(client);
      const store = new RedisAdmissionStore({ client });
      return bootClaude({ store, retry: false, log: false, ...claude }, simulator);
    };
    [one, two] = [await each(), await each()];
  }

  const throttle = async (retryAfter: number, { sim, claude }: ClaudeHarness = one): Promise<void> => {
    sim.onMessage().failWith({ kind: 'status', status: 429, retryAfter }).once();
    expect(await rejection(claude.messages.create(PARAMS))).toMatchObject({ status: 429 });
  };

  it('keep the wait that one of them was asked to keep', async () => {
    await boot({ rateLimit: { requestsPerMinute: 6_000 } });
    await two.claude.messages.create(PARAMS);
    await throttle(2);
    const askedAtMs = performance.now();
    await eventuallyClosed(two);
    await two.claude.messages.create(PARAMS);
    expect(performance.now() - askedAtMs).toBeGreaterThan(1_500);
    expect(two.sim.requests).toHaveLength(2);
    // Another model class does not have to wait.
    await throttle(60);
    await eventuallyClosed(two);
    await askJson(two.claude, SONNET);
    const refused = rejection(two.claude.messages.create(PARAMS));
    expect(await refused).toMatchObject({ code: 'limit_exceeded', reason: 'retry-after' });
  });

  it('let those wait too who are in line already, and let them go when it is opened', async () => {
    await boot({ rateLimit: { requestsPerMinute: 60, burst: { requests: 1 }, queue: { maxWaitMs: 50_000 } } });
    await one.claude.messages.create(PARAMS);
    const queued = [1, 2, 3].map(() => two.claude.messages.create(PARAMS));
    await untilQueued(two, 3);
    await one.limiter.pause({ model: HAIKU });
    const sent = two.sim.requests.length;
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(two.sim.requests.length).toBeLessThanOrEqual(sent + 1);
    await one.limiter.resume({ model: HAIKU });
    // Nobody has told this one: it looks again soon.
    await eventually(() => two.sim.requests.length > sent + 1, 'the line moved on', PATIENCE_MS);
    await Promise.all(queued);
  });

  it('go by the limits that either has learned', async () => {
    await boot({}, { limits: { requestsPerMinute: 777, inputTokensPerMinute: 88_000, outputTokensPerMinute: 9_000 } });
    await one.claude.messages.create(PARAMS);
    let learned: (number | null | undefined)[] = [];
    const look = async (): Promise<void> => {
      // Looked at by one that no call has gone through: it has heard of no limit by itself.
      await two.limiter.refusal({ model: HAIKU });
      const { requests, inputTokens, outputTokens } = await limitsOf(two);
      learned = [requests, inputTokens, outputTokens].map((limit) => limit?.learnedLimit);
    };
    await eventually(() => (void look(), learned[0] === 777), 'the limits were learned', PATIENCE_MS);
    expect(learned).toEqual([777, 88_000, 9_000]);
    expect(two.sim.requests).toEqual([]);
  });

  async function eventuallyClosed(harness: ClaudeHarness): Promise<void> {
    let isClosed = false;
    const look = async (): Promise<void> => void (isClosed = (await limitsOf(harness)).closed !== null);
    await eventually(() => (void look(), isClosed), 'the limit was closed', PATIENCE_MS);
  }

  describe('and tell each other of circuits that open', () => {
    const circuit = { consecutiveFailures: 2, baseOpenMs: 3_000, successesToClose: 1, shareOpenings: true } as const;

    const fail = async ({ sim, claude }: ClaudeHarness, times: number): Promise<void> => {
      sim.onMessage().failWith(500).times(times);
      for (let call = 0; call < times; call += 1) await rejection(claude.messages.create(PARAMS));
    };

    it('open the same, for as long, and close each by probes of its own', async () => {
      await boot({ circuit });
      const events: CircuitEvent[] = [];
      two.circuits.events.subscribe((event) => events.push(event));
      await two.claude.messages.create(PARAMS);
      await fail(one, 2);
      const openedAtMs = performance.now();
      const isOpen = async (): Promise<boolean> =>
        (await two.claude.messages.create(PARAMS).then(
          () => null,
          (error: unknown) => error,
        )) !== null;
      while (!(await isOpen())) expect(performance.now() - openedAtMs).toBeLessThan(3_000);
      expect(events[0]).toMatchObject({ type: 'opened', reason: 'shared', circuit: `default/${HAIKU}` });
      await askJson(two.claude, SONNET);
      await eventually(
        () => two.circuits.circuit(`default/${HAIKU}`).refusal() === null,
        'its time was over',
        PATIENCE_MS,
      );
      await two.claude.messages.create(PARAMS);
      expect(two.circuits.circuit(`default/${HAIKU}`).state).toBe('closed');
    });

    it('keep them to themselves unless that is wanted', async () => {
      await boot({ circuit: { ...circuit, shareOpenings: false } });
      await fail(one, 2);
      for (let call = 0; call < 5; call += 1) {
        await two.claude.messages.create(PARAMS);
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
      expect(one.circuits.circuit(`default/${HAIKU}`).state).toBe('open');
    });
  });
});
