import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import type { ClaudeHealth, ClaudeModuleOptions, HealthRule } from 'nestjs-claude';
import { MemoryAdmissionStore } from '../../libs/claude/src/admission/memory-store.js';
import { LateStore } from '../../libs/claude/src/admission/spec-support/late-store.js';
import { ScriptedSource } from '../../libs/claude/src/keys/spec-support/scripted-source.js';
import { ManualClock } from '../../libs/claude/src/testing/clock/manual-clock.js';
import { bootClaude, eventually, PARAMS, rejection, type ClaudeHarness } from '../support/claude-harness.js';
import { bootLimits, HeldAnswers, type LimitHarness } from '../support/limit-harness.js';

const LIMITS = { requestsPerMinute: 600, burst: { requests: 100 }, tokensPerMinute: 1_000_000 };
const UP = { status: 'up', rules: { lifecycle: { phase: 'ready' } } };

let harness: LimitHarness;

async function boot(
  claude: ClaudeModuleOptions = {},
  simulator: Parameters<typeof bootLimits>[2] = {},
  still = new ManualClock(),
): Promise<void> {
  harness = await bootLimits(claude.rateLimit ?? LIMITS, { retry: false, ...claude }, simulator, still);
  await harness.start();
}

const create = ({ claude }: ClaudeHarness = harness): Promise<unknown> => claude.messages.create(PARAMS);
const look = (): ClaudeHealth => harness.health.check();

async function fail(status: 400 | 401 | 500, times: number): Promise<void> {
  if (status !== 401) harness.sim.onMessage().failWith(status).times(times);
  for (let call = 0; call < times; call += 1) await rejection(create());
}

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

/** An upstream that takes requests and never answers. */
async function startSilentServer(): Promise<{ readonly url: string; readonly requests: readonly string[] }> {
  const requests: string[] = [];
  const server = createServer(({ url = '' }) => void requests.push(url));
  servers.push(server);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

describe('the lifecycle', () => {
  it('is down until everything has started, and up then without any call', async () => {
    harness = await bootLimits();
    expect(look()).toMatchObject({ status: 'down', rules: { lifecycle: { status: 'down', phase: 'starting' } } });
    await harness.start();
    expect(look()).toMatchObject(UP);
    expect(harness.sim.requests).toEqual([]);
  });

  it('goes down first in a shutdown, which lets calls in for as long as load balancers need', async () => {
    await boot({ health: { drainDelayMs: 5_000 } });
    const closed = harness.close();
    await eventually(() => look().status === 'down', 'readiness went down');
    expect(look().rules.lifecycle).toEqual({ status: 'down', phase: 'draining' });
    await create();
    harness.still.advance(4_999);
    await create();
    harness.still.advance(1);
    await closed;
    expect(await rejection(create())).toMatchObject({ code: 'shutting_down' });
    expect(look().rules.lifecycle.phase).toBe('draining');
  });

  it('can be begun by hand, and the shutdown does not wait once more', async () => {
    await boot({ health: { drainDelayMs: 5_000 } });
    const drained = Promise.all([harness.health.drain(), harness.health.drain()]);
    expect(look().rules.lifecycle.phase).toBe('draining');
    harness.still.advance(5_000);
    await drained;
    await harness.close();
    expect(harness.clock.held).toBe(0);
  });

  it('does not delay the shutdown of what was never in service', async () => {
    harness = await bootLimits({}, { health: { drainDelayMs: 5_000 } });
    await harness.close();
    expect(harness.clock.held).toBe(0);
  });
});

describe('the circuits', () => {
  const circuit = { consecutiveFailures: 2, baseOpenMs: 5_000, successesToClose: 1 } as const;

  it('are degraded while one refuses calls, and up as soon as a call may probe', async () => {
    await boot({ circuit });
    await fail(500, 2);
    const { status, rules } = look();
    expect([status, rules.circuit]).toEqual([
      'degraded',
      { status: 'degraded', open: 1, circuits: ['default/claude-haiku-5-5'] },
    ]);
    harness.still.advance(6_000);
    expect(look().rules.circuit).toEqual({ status: 'up', open: 0, circuits: [] });
    await create();
    expect(look()).toMatchObject(UP);
  });

  it('take the application out of service where they are to', async () => {
    await boot({ circuit, health: { failReadinessOn: ['circuit'] } });
    await fail(500, 2);
    expect(look()).toMatchObject({ status: 'down', rules: { circuit: { status: 'down', open: 1 } } });
    expect(harness.health.check({ failReadinessOn: [] })).toMatchObject({ status: 'degraded' });
    harness.still.advance(6_000);
    expect(look()).toMatchObject(UP);
  });

  it('are not looked at where they are ignored, switched off, or only watched', async () => {
    await boot({ circuit, health: { ignore: ['circuit'] } });
    await fail(500, 2);
    expect(look()).toMatchObject(UP);
    expect(look().rules).not.toHaveProperty('circuit');
    await harness.close();
    await boot({ circuit: false });
    expect(look().rules).not.toHaveProperty('circuit');
    await harness.close();
    await boot({ circuit: { ...circuit, mode: 'shadow' } });
    await fail(500, 3);
    expect(look().rules.circuit).toMatchObject({ status: 'up', open: 0 });
  });

  it('show no more than ten names, whatever models there are', async () => {
    await boot({ circuit: { ...circuit, consecutiveFailures: 20 } });
    for (let model = 0; model < 12; model += 1) harness.circuits.controller(`default/model-${model}`).isolate();
    expect(look().rules.circuit).toMatchObject({ open: 12 });
    expect(look().rules.circuit?.circuits).toHaveLength(10);
  });
});

describe('the keys', () => {
  const [GOOD, OTHER] = ['sk-ant-health-good-0123456789', 'sk-ant-health-other-0123456789'];

  it('are down when the API refuses all there are, and tried again when their rest is over', async () => {
    await boot({ apiKey: GOOD }, { apiKeys: [GOOD] });
    harness.sim.acceptKeys([OTHER]);
    await fail(401, 1);
    expect(look()).toMatchObject({
      status: 'down',
      rules: { key: { status: 'down', usable: 0, total: 1, endpoints: { default: 'refused' } } },
    });
    harness.still.advance(5_000);
    expect(look()).toMatchObject({ status: 'degraded', rules: { key: { usable: 1 } } });
    harness.sim.acceptKeys([GOOD]);
    await create();
    expect(look()).toMatchObject({ status: 'up', rules: { key: { endpoints: {} } } });
  });

  it('are degraded when some are refused', async () => {
    await boot({ apiKey: [GOOD, OTHER] }, { apiKeys: [GOOD] });
    for (let call = 0; call < 2; call += 1) await create().catch(() => undefined);
    expect(look()).toMatchObject({
      status: 'degraded',
      rules: { key: { status: 'degraded', usable: 1, total: 2, endpoints: { 'key-2': 'refused' } } },
    });
  });

  it('are found again at their source though no call comes, as nobody lets one in', async () => {
    const source = new ScriptedSource(GOOD);
    await boot({ apiKey: source }, { apiKeys: [GOOD] });
    harness.sim.acceptKeys([OTHER]);
    // The key is left alone for longer each time that it is refused: 5, 10, 20 and now 40 seconds.
    for (const restMs of [0, 5_000, 10_000, 20_000]) {
      harness.still.advance(restMs);
      await fail(401, 1);
    }
    const asked = source.asked.length;
    source.answer = () => OTHER;
    harness.still.advance(29_000);
    for (let round = 0; round < 100; round += 1) expect(look().status).toBe('down');
    expect(source.asked).toHaveLength(asked);
    harness.still.advance(1_000);
    for (let round = 0; round < 100; round += 1) look();
    await eventually(() => look().rules.key?.status === 'up', 'the new key was found');
    expect(source.asked).toHaveLength(asked + 1);
    await create();
  });

  it('are degraded while their source fails and the last one serves', async () => {
    const source = new ScriptedSource(GOOD);
    await boot({ apiKey: source }, { apiKeys: [GOOD] });
    source.answer = () => Promise.reject(new Error('away'));
    await rejection(harness.keys.refresh());
    expect(look()).toMatchObject({ status: 'degraded', rules: { key: { endpoints: { default: 'last-good' } } } });
  });
});

describe('the ledger', () => {
  it('is up and of memory by default, and up where one of your own says nothing of itself', async () => {
    await boot();
    expect(look().rules.ledger).toEqual({ status: 'up', kind: 'memory', awayForMs: null, journalBytes: 0 });
    const store = { record: () => undefined, summarize: () => Promise.reject(new Error('unused')), recent: () => [] };
    await boot({ cost: { ledger: { store } } });
    expect(look().rules.ledger).toEqual({ status: 'up', kind: 'own', awayForMs: null, journalBytes: 0 });
  });
});

describe('the store', () => {
  async function bootStore(claude: ClaudeModuleOptions = {}): Promise<LateStore> {
    const still = new ManualClock();
    const store = new LateStore(new MemoryAdmissionStore(still));
    await boot({ store, circuit: false, ...claude }, {}, still);
    return store;
  }

  it('is up and of memory by default', async () => {
    await boot();
    expect(look().rules.store).toEqual({ status: 'up', kind: 'memory', mode: null, failures: 0 });
  });

  it('is degraded while it is away and calls go on', async () => {
    const store = await bootStore();
    await create();
    expect(look().rules.store).toEqual({ status: 'up', kind: 'own', mode: 'shared', failures: 0 });
    store.failure = new Error('away');
    await create();
    expect(look()).toMatchObject({
      status: 'degraded',
      rules: { store: { status: 'degraded', kind: 'own', mode: 'local' } },
    });
  });

  it.each<[string, ClaudeModuleOptions]>([
    ['limits', { storeOutage: { limits: 'closed' } }],
    ['hard budgets', { cost: { budgets: [{ name: 'all', limitUsd: 1, window: 'month' }] } }],
  ])('is down while it is away and %s refuse without it; it is back before any call comes', async (_, claude) => {
    const store = await bootStore(claude);
    store.failure = new Error('away');
    expect(await rejection(create())).toMatchObject({ code: 'store_unavailable' });
    expect(look()).toMatchObject({ status: 'down', rules: { store: { status: 'down' } } });
    await eventually(() => store.pending === 0, 'the store had failed at everything');
    store.failure = null;
    const recovered = (): boolean => {
      // One that stays away is left alone for five seconds at a time.
      harness.still.advance(5_000);
      return look().rules.store?.status === 'up';
    };
    await eventually(recovered, 'the store was asked and answered');
    expect(harness.sim.requests).toEqual([]);
    await create();
  });

  it('is not down for hard budgets or limits that stop nobody', async () => {
    const store = await bootStore({
      storeOutage: { limits: 'closed' },
      rateLimit: { ...LIMITS, mode: 'shadow' },
      cost: { budgets: [{ name: 'all', limitUsd: 1, window: 'month', mode: 'soft' }] },
    });
    store.failure = new Error('away');
    await create();
    expect(look().rules.store?.status).toBe('degraded');
  });
});

describe('the success rate', () => {
  const health = { successRate: { windowMs: 60_000, minimumNumberOfCalls: 4, threshold: 0.75 } };

  it('is degraded when too few of the latest calls succeeded, until they are forgotten', async () => {
    await boot({ circuit: false, health });
    for (let call = 0; call < 3; call += 1) await create();
    expect(look().rules.successRate).toMatchObject({ status: 'up', calls: 3, rate: null, lastFailure: null });
    await fail(500, 2);
    harness.still.advance(1_500);
    expect(look()).toMatchObject({
      status: 'degraded',
      rules: {
        successRate: {
          status: 'degraded',
          calls: 5,
          rate: 0.6,
          lastSuccessAgoMs: 1_500,
          lastFailure: { kind: 'server-error', agoMs: 1_500 },
        },
      },
    });
    harness.still.advance(60_000);
    expect(look()).toMatchObject({ status: 'up', rules: { successRate: { calls: 0, rate: null } } });
  });

  it('counts no mistakes of callers and no refusals', async () => {
    await boot({ circuit: false, health, rateLimit: { ...LIMITS, queue: { maxLength: 0 } } });
    for (let call = 0; call < 4; call += 1) await create();
    await fail(400, 4);
    await harness.limiter.pause();
    for (let call = 0; call < 4; call += 1) await rejection(create());
    expect(look().rules.successRate).toMatchObject({ status: 'up', calls: 4, rate: 1, lastFailure: null });
  });
});

describe('the budgets', () => {
  it('are degraded while one is used up that many calls depend on, and up when it is topped up', async () => {
    await boot({ cost: { budgets: [{ name: 'all', limitUsd: 0, window: 'month' }] } });
    expect(await rejection(create())).toMatchObject({ code: 'budget_exceeded' });
    expect(look()).toMatchObject({ status: 'degraded', rules: { budget: { status: 'degraded', exhausted: ['all'] } } });
    await harness.budgets.topUp('all', 1);
    expect(look()).toMatchObject({ status: 'up', rules: { budget: { exhausted: [] } } });
  });

  it('of users and tags are nobody else’s business, nor are those that stop nothing', async () => {
    const common = { limitUsd: 0, window: 'month' } as const;
    await boot({
      cost: {
        budgets: [
          { ...common, name: 'each', scope: { user: '*' } },
          { ...common, name: 'ada', scope: { user: 'ada' } },
          { ...common, name: 'team', scope: { tag: 'team', value: 'search' } },
          { ...common, name: 'soft', mode: 'soft' },
        ],
      },
    });
    await rejection(harness.claude.with({ user: 'ada' }).messages.create(PARAMS));
    expect(look()).toMatchObject({ status: 'up', rules: { budget: { exhausted: [] } } });
  });

  it('in a store elsewhere are known a moment later, and nobody waits for that', async () => {
    const still = new ManualClock();
    const store = new LateStore(new MemoryAdmissionStore(still));
    await boot({ store, cost: { budgets: [{ name: 'all', limitUsd: 0, window: 'month' }] } }, {}, still);
    expect(look().rules.budget?.status).toBe('up');
    await eventually(() => look().rules.budget?.status === 'degraded', 'the store had answered');
  });
});

describe('the limiter', () => {
  it('is degraded while its line is nearly full', async () => {
    const held = new HeldAnswers();
    await boot({ rateLimit: { ...LIMITS, maxConcurrent: 1, queue: { maxLength: 10 } } });
    harness.sim.onMessage().reply(held.reply);
    const calls = Array.from({ length: 8 }, () => create());
    await held.untilHeld(1);
    expect(look().rules.limiter).toEqual({ status: 'up', queued: 7, saturated: [] });
    calls.push(create());
    await eventually(() => look().rules.limiter?.queued === 8, 'one more waited');
    expect(look()).toMatchObject({
      status: 'degraded',
      rules: { limiter: { status: 'degraded', saturated: ['default/haiku-5-5'] } },
    });
    harness.sim.reset();
    held.letGo();
    await Promise.all(calls);
    expect(look()).toMatchObject(UP);
  });

  it('is degraded while it is paused, and not where it only counts', async () => {
    await boot();
    await create();
    await harness.limiter.pause();
    expect(look().rules.limiter).toMatchObject({ status: 'degraded', saturated: ['default/haiku-5-5'] });
    await harness.limiter.resume();
    expect(look().rules.limiter?.status).toBe('up');
    await harness.close();
    await boot({ rateLimit: { mode: 'shadow' } });
    expect(look().rules).not.toHaveProperty('limiter');
  });
});

describe('the endpoints', () => {
  it('are degraded while one is drained', async () => {
    await boot({ apiKey: ['sk-ant-health-one-0123456789', 'sk-ant-health-two-0123456789'] });
    harness.endpoints.drain('key-2');
    expect(look()).toMatchObject({
      status: 'degraded',
      rules: { endpoint: { status: 'degraded', total: 2, drained: ['key-2'] } },
    });
    harness.endpoints.restore('key-2');
    expect(look()).toMatchObject(UP);
  });
});

describe('the active probe', () => {
  const health = { probe: { intervalMs: 30_000, timeoutMs: 5_000 } };
  const probes = (): number => harness.sim.requests.filter(({ path }) => path.startsWith('/v1/models')).length;

  it('is off by default', async () => {
    await boot();
    for (let round = 0; round < 1_000; round += 1) look();
    await new Promise(setImmediate);
    expect(look().rules).not.toHaveProperty('probe');
    expect(harness.sim.requests).toEqual([]);
  });

  it('makes one request an interval, however many ask, and holds no timer in between', async () => {
    await boot({ health });
    expect(look().rules.probe).toEqual({ status: 'up', outcome: 'none', failure: null, agoMs: null });
    for (let interval = 1; interval <= 3; interval += 1) {
      for (let round = 0; round < 1_000; round += 1) look();
      await eventually(() => look().rules.probe?.agoMs === 0, 'the probe was answered');
      expect(probes()).toBe(interval);
      harness.still.advance(29_999);
      expect(look().rules.probe).toEqual({ status: 'up', outcome: 'succeeded', failure: null, agoMs: 29_999 });
      harness.still.advance(1);
    }
    await eventually(() => harness.claude.activeCalls === 0, 'no request was under way');
    expect(harness.clock.held).toBe(0);
    expect(harness.records.map(({ operation, requestType }) => [operation, requestType])).toEqual(
      harness.records.map(() => ['models.list', 'health-probe']),
    );
    expect(look().rules.successRate).toMatchObject({ calls: 0 });
  });

  it('is degraded when it fails, and an outcome that is out of date counts no more', async () => {
    await boot({ health, apiKey: 'sk-ant-health-dead-0123456789' }, { apiKeys: ['sk-ant-health-live-0123456789'] });
    look();
    await eventually(() => look().rules.probe?.outcome === 'failed', 'the probe had failed');
    expect(harness.health.check({ ignore: ['key'] })).toMatchObject({
      status: 'degraded',
      rules: { probe: { status: 'degraded', failure: 'unauthorized', agoMs: 0 } },
    });
    harness.still.advance(90_001);
    expect(look().rules.probe).toMatchObject({ status: 'up', outcome: 'none' });
  });

  it('is ended by a shutdown, which does not wait for it', async () => {
    const { url, requests } = await startSilentServer();
    const { health: service, ...booted } = await bootClaude({ health }, {}, { baseURL: () => url });
    await booted.start();
    service.check();
    await eventually(() => requests.length === 1, 'the probe was sent', 5_000);
    await booted.close();
    expect(service.check().rules.probe).toMatchObject({ outcome: 'none' });
    expect(booted.clock.held).toBe(0);
    expect(booted.record().outcome).toEqual({ kind: 'abandoned', at: 'before-answer' });
    expect(requests).toEqual(['/v1/models?limit=1']);
  });
});

describe('options of health', () => {
  const start = (claude: object): Promise<Error> => rejection(bootLimits({}, claude));

  it.each<[object, RegExp]>([
    [
      { health: { failReadinessOn: ['circuits'] } },
      /`health\.failReadinessOn\[0\]` must be 'key', .*or 'probe', not a s/,
    ],
    [{ health: { ignore: ['lifecycle'] } }, /`health\.ignore\[0\]` must be/],
    [{ health: { ignore: 'key' } }, /`health\.ignore` must be a list/],
    [{ health: { interval: 1 } }, /`health\.interval` is no option of `health`/],
    [{ health: { ignore: ['key'], failReadinessOn: ['key'] } }, /both name 'key'/],
    [{ health: { ignore: ['key', 'key'] } }, /`health\.ignore\[1\]` repeats 'key'/],
    [{ health: { failReadinessOn: ['probe'] } }, /would do nothing without `health\.probe`/],
    [{ health: { failReadinessOn: ['circuit'] }, circuit: false }, /would do nothing with `circuit: false`/],
    [{ health: { failReadinessOn: ['budget'] } }, /would do nothing without `cost\.budgets`/],
    [{ health: { failReadinessOn: ['store'] } }, /would do nothing without a `store`/],
    [{ health: { probe: { intervalMs: 0 } } }, /`health\.probe\.intervalMs` must be/],
    [{ health: { probe: true } }, /`health\.probe` must be an object or false/],
    [{ health: { successRate: { threshold: 2 } } }, /`health\.successRate\.threshold` must be/],
    [{ health: { queueThreshold: 0 } }, /`health\.queueThreshold` must be/],
    [{ health: { drainDelayMs: -1 } }, /`health\.drainDelayMs` must be/],
  ])('are refused at start: %j', async (claude, message) => {
    const error = await start(claude);
    expect(error).toMatchObject({ code: 'invalid_options', message: expect.stringMatching(message) as string });
  });

  it('are refused where a single look names a rule that there is not', async () => {
    await boot();
    const unknown = 'circuits' as HealthRule;
    expect(() => harness.health.check({ failReadinessOn: [unknown] })).toThrow(
      /Invalid rules of health:\n {2}- `failReadinessOn\[0\]` must be 'key'/,
    );
    expect(() => harness.health.check({ ignore: ['key'], failReadinessOn: ['key'] })).toThrow(/both name 'key'/);
  });
});

it('tells no key, user or tag', async () => {
  const secrets = ['sk-ant-health-secret-0123456789', 'ada-lovelace', 'team-search'] as const;
  const [apiKey, user, team] = secrets;
  await boot(
    {
      apiKey,
      circuit: { consecutiveFailures: 1 },
      context: { user, tags: { team } },
      cost: { budgets: [{ name: 'each', limitUsd: 0.001, window: 'month', scope: { user: '*' } }] },
    },
    { apiKeys: [apiKey] },
  );
  await fail(500, 1);
  harness.sim.acceptKeys(['sk-ant-health-other-0123456789']);
  harness.still.advance(10_000);
  await rejection(create());
  const shown = inspect(look(), { depth: 9 });
  expect(look().status).toBe('down');
  for (const secret of secrets) expect(shown).not.toContain(secret);
});
