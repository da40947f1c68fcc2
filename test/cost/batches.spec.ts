import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import {
  MemoryAdmissionStore,
  type AdmissionStore,
  type BudgetOptions,
  type CallRecord,
  type ClaudeModuleOptions,
  type ClaudeService,
  type UsageEntry,
} from 'nestjs-claude';
import { LateStore } from '../../libs/claude/src/admission/spec-support/late-store.js';
import { bootClaude, eventually, PARAMS, type ClaudeHarness } from '../support/claude-harness.js';
import { WatchedClock } from '../support/watched-clock.js';

const TODAY = { days: 1 };

const BUDGET: BudgetOptions = { name: 'all', limitUsd: 10, window: 'month' };

/** Two of one model, one of another, and one that fails. */
const REQUESTS = [
  { custom_id: 'one', params: PARAMS },
  { custom_id: 'two', params: { ...PARAMS, max_tokens: 5 } },
  { custom_id: 'opus', params: { ...PARAMS, model: 'claude-opus-5-5' } },
  { custom_id: 'bad', params: { ...PARAMS, messages: [{ role: 'user' as const, content: 'fail' }] } },
];

const closedAfterTest: Server[] = [];

afterEach(() => {
  for (const server of closedAfterTest.splice(0)) server.close().closeAllConnections();
});

interface World {
  readonly store: AdmissionStore;
  readonly clock: WatchedClock;
}

function world(): World {
  const clock = new WatchedClock();
  return { store: new MemoryAdmissionStore(clock), clock };
}

async function boot(
  cost: Exclude<ClaudeModuleOptions['cost'], false | undefined> = { budgets: [BUDGET] },
  { store, clock }: World = world(),
): Promise<ClaudeHarness> {
  const app = await bootClaude({ cost, store }, {}, { clock });
  app.sim.onMessage({ user: 'fail' }).failWith(400);
  return app;
}

/** Another process, at the same API. */
function bootBeside(
  { sim }: ClaudeHarness,
  { store, clock }: World,
  cost: ClaudeModuleOptions['cost'] = { budgets: [BUDGET] },
): Promise<ClaudeHarness> {
  return bootClaude({ cost, store }, {}, { clock, baseURL: () => sim.url });
}

async function create(app: ClaudeHarness, requests: typeof REQUESTS = REQUESTS): Promise<string> {
  const context = { user: 'ada', tags: { team: 'red' }, requestType: 'nightly' };
  return (await app.claude.with(context).messages.batches.create({ requests })).id;
}

async function read({ messages }: Pick<ClaudeService, 'messages'>, id: string): Promise<string[]> {
  const kinds: string[] = [];
  for await (const { custom_id: customId, result } of await messages.batches.results(id)) {
    kinds.push(`${customId} ${result.type}`);
  }
  return kinds;
}

async function spentUsd({ budgets }: ClaudeHarness, name = 'all'): Promise<number> {
  const { spentUsd: spent, reservedUsd } = await budgets.get(name);
  expect(reservedUsd).toBe(0);
  return spent;
}

/** What stands as spent in a stretch that is over. */
async function spentNanoUsd({ store }: World, key: string): Promise<number> {
  const limit = 1_000_000_000_000;
  const meter = { kind: 'budget', key, label: key, limit, isHard: false, rollingMs: null, keepMs: 3_600_000 } as const;
  const [standing] = await store.standing([meter]);
  return limit - (standing?.level ?? NaN);
}

/** What the API bills for all it has answered, in whole nano-dollars. */
function billedNanoUsd({ sim, costs }: ClaudeHarness): number {
  return sim.billed.messages.reduce((sum, { model, usage }) => sum + costs.calculateCost(model, usage).nanoUsd, 0);
}

async function results({ costs }: ClaudeHarness): Promise<readonly UsageEntry[]> {
  const entries = await costs.getRecent();
  return entries.filter(({ parts }) => parts.length > 0).toReversed();
}

/** What becomes of results behind the first of them. */
type Manner = 'pass' | 'cut' | 'stall' | 'shorten';

const PASSED: ReadonlySet<string> = new Set(['authorization', 'anthropic-version', 'content-type']);

/** Stands between a module and its simulator, and does something to the results of batches. */
class ResultsProxy {
  readonly #server = createServer((request, response) => void this.#pass(request, response));
  #upstream = '';

  constructor(public manner: Manner) {
    closedAfterTest.push(this.#server);
  }

  async listen(upstream: string): Promise<string> {
    this.#upstream = upstream;
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this.#url;
  }

  get #url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async #pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url = '', headers } = request;
    const body = await text(request);
    const passed = Object.entries(headers).filter(([name]) => PASSED.has(name)) as [string, string][];
    const init = { method, headers: passed, ...(body !== '' && { body }) };
    const answer = await fetch(this.#upstream + url, init);
    const whole = (await answer.text()).replaceAll(this.#upstream, this.#url);
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
    if (!url.endsWith('/results') || this.manner === 'pass') return void response.end(whole);
    response.write(whole.slice(0, whole.indexOf('\n') + 1));
    if (this.manner === 'shorten') response.end();
    else if (this.manner === 'cut') setTimeout(() => response.destroy(), 20);
  }
}

/** Reads the first result, and waits for what becomes of the others unless nothing does. */
async function readFirst({ claude }: ClaudeHarness, id: string, leaves: boolean): Promise<void> {
  for await (const { custom_id: customId } of await claude.messages.batches.results(id)) {
    expect(customId).toBe('one');
    if (leaves) return;
  }
}

describe('A message batch', () => {
  it('are paid for by budgets of models, each for the requests of its own', async () => {
    const opus = { ...BUDGET, name: 'opus', scope: { model: 'claude-opus-5-5' } };
    const each = { ...BUDGET, name: 'each', scope: { model: '*' } };
    const app = await boot({ budgets: [BUDGET, opus, each] });
    const id = await create(app);
    const reserved = [await spentUsd(app, 'opus'), await spentUsd(app)] as const;
    expect(reserved[0]).toBeGreaterThan(0);
    expect(reserved[1]).toBeGreaterThan(reserved[0]);
    await read(app.claude, id);
    await app.costs.flush();
    const entries = await results(app);
    const costOf = (model: string): number =>
      entries.filter((entry) => entry.model === model).reduce((sum, { costNanoUsd }) => sum + costNanoUsd, 0) / 1e9;
    expect(await spentUsd(app, 'opus')).toBeCloseTo(costOf('claude-opus-5-5'), 9);
    expect((await app.budgets.get('each', PARAMS.model)).spentUsd).toBeCloseTo(costOf(PARAMS.model), 9);
    expect(await spentUsd(app)).toBeCloseTo(billedNanoUsd(app) / 1e9, 9);
  });

  it('counts in budgets as the most it can cost, until its results tell what it did', async () => {
    const app = await boot();
    const id = await create(app);
    const worst = await spentUsd(app);
    expect(await read(app.claude, id)).toEqual(['one succeeded', 'two succeeded', 'opus succeeded', 'bad errored']);
    const billed = billedNanoUsd(app);
    expect(billed).toBeGreaterThan(0);
    expect(worst).toBeGreaterThan(billed / 1e9);
    expect(await spentUsd(app)).toBe(billed / 1e9);
  });

  it('is in the ledger with each request that was billed, at the price of batches, as its creator', async () => {
    const app = await boot();
    const id = await create(app);
    expect(await app.costs.getSummary(TODAY)).toMatchObject({ requests: 1, billedRequests: 0, totalCostNanoUsd: 0 });
    await read(app.claude.with({ user: 'bob' }), id);
    const entries = await results(app);
    expect(entries.map((entry) => [entry.id, entry.model, entry.user, entry.tags, entry.requestType])).toEqual([
      [`${id}/one`, PARAMS.model, 'ada', { team: 'red' }, 'nightly'],
      [`${id}/two`, PARAMS.model, 'ada', { team: 'red' }, 'nightly'],
      [`${id}/opus`, 'claude-opus-5-5', 'ada', { team: 'red' }, 'nightly'],
    ]);
    const summary = await app.costs.getSummary(TODAY);
    expect(summary).toMatchObject({ billedRequests: 3, totalCostNanoUsd: billedNanoUsd(app) });
    expect(summary.inputTokens).toBe(app.sim.billed.totals.inputTokens);
    expect(summary.outputTokens).toBe(app.sim.billed.totals.outputTokens);
  });

  it('counts once, however often its results are read', async () => {
    const app = await boot();
    const id = await create(app);
    await read(app.claude, id);
    await Promise.all([read(app.claude, id), read(app.claude, id)]);
    await app.claude.messages.create(PARAMS);
    await read(app.claude, id);
    expect(await spentUsd(app)).toBe(billedNanoUsd(app) / 1e9);
    expect(await app.costs.getPeriodCost(TODAY)).toBe(billedNanoUsd(app) / 1e9);
    expect(await results(app)).toHaveLength(4);
  });

  it('of the beta counts as well', async () => {
    const app = await boot();
    const { id } = await app.claude.beta.messages.batches.create({ requests: REQUESTS });
    for await (const result of await app.claude.beta.messages.batches.results(id)) void result;
    expect(await spentUsd(app)).toBe(billedNanoUsd(app) / 1e9);
    expect((await results(app)).map(({ operation }) => operation)).toContain('beta.messages.batches.results');
  });

  it('that was canceled costs nothing once that is read', async () => {
    const app = await bootClaude({ cost: { budgets: [BUDGET] } }, { batches: { processingMs: 60_000 } });
    const id = await create(app);
    await app.claude.messages.batches.cancel(id);
    expect(await spentUsd(app)).toBeGreaterThan(0);
    expect(new Set(await read(app.claude, id))).toContain('one canceled');
    expect(await spentUsd(app)).toBe(0);
    expect(await results(app)).toEqual([]);
  });

  it('costs nothing where the API did not take it', async () => {
    const app = await boot();
    await expect(create(app, [])).rejects.toThrow('400');
    expect(await spentUsd(app)).toBe(0);
  });
});

describe('Results that break off', () => {
  it.each<[string, Manner, CallRecord['outcome']['kind']]>([
    ['with the connection', 'cut', 'failed'],
    ['because their reader leaves', 'stall', 'abandoned'],
    ['without anybody noticing', 'shorten', 'succeeded'],
  ])('%s count when they are read to their end', async (_, manner, outcome) => {
    const proxy = new ResultsProxy(manner);
    const cost = { budgets: [BUDGET] };
    const app = await bootClaude({ cost }, {}, { baseURL: (url) => proxy.listen(url) });
    const id = await create(app);
    const worst = await spentUsd(app);
    await readFirst(app, id, manner === 'stall').catch(() => undefined);
    expect(app.record().outcome.kind).toBe(outcome);
    expect(await spentUsd(app)).toBe(worst);
    expect(await results(app)).toEqual([]);
    proxy.manner = 'pass';
    expect(await read(app.claude, id)).toHaveLength(REQUESTS.length);
    expect(await spentUsd(app)).toBe(billedNanoUsd(app) / 1e9);
    expect(await results(app)).toHaveLength(REQUESTS.length);
  });
});

describe('Results that another process reads', () => {
  it('correct the budgets of the one that created the batch', async () => {
    const shared = world();
    const maker = await boot({ budgets: [BUDGET, { ...BUDGET, name: 'users', scope: { user: '*' } }] }, shared);
    const id = await create(maker);
    const reader = await bootBeside(maker, shared);
    shared.clock.skip(60_000);
    await read(reader.claude, id);
    const billed = billedNanoUsd(maker) / 1e9;
    expect(await spentUsd(reader)).toBe(billed);
    expect(await spentUsd(maker)).toBe(billed);
    expect((await maker.budgets.get('users', 'ada')).spentUsd).toBe(billed);
    await read(maker.claude, id);
    expect(await spentUsd(maker)).toBe(billed);
    expect((await results(reader)).map(({ user }) => user)).toEqual(['ada', 'ada', 'ada']);
    expect(await results(maker)).toEqual([]);
  });

  it('do nothing to budgets where nobody knows what was charged, and are the reader’s in the ledger', async () => {
    const maker = await boot();
    const id = await create(maker);
    const worst = await spentUsd(maker);
    const reader = await bootBeside(maker, world());
    const asBob = reader.claude.with({ user: 'bob' });
    await read(asBob, id);
    await read(asBob, id);
    expect([await spentUsd(maker), await spentUsd(reader)]).toEqual([worst, 0]);
    expect((await results(reader)).map(({ user }) => user)).toEqual(['bob', 'bob', 'bob']);
  });

  it('are booked as their creator’s without any budget', async () => {
    const shared = world();
    const maker = await boot({}, shared);
    const id = await create(maker);
    const reader = await bootBeside(maker, shared, {});
    await read(reader.claude, id);
    expect((await results(reader)).map(({ user }) => user)).toEqual(['ada', 'ada', 'ada']);
    expect(await reader.costs.getPeriodCost(TODAY)).toBe(billedNanoUsd(maker) / 1e9);
  });

  it('are not followed with `cost: false`', async () => {
    const maker = await boot();
    const id = await create(maker);
    const reader = await bootBeside(maker, world(), false);
    expect(await read(reader.claude, id)).toHaveLength(4);
    expect(await results(reader)).toEqual([]);
  });
});

describe('A batch that is read when its stretch is over', () => {
  it('is corrected in the stretch that was charged, and in no other', async () => {
    const shared = world();
    const app = await boot({ budgets: [{ ...BUDGET, window: 'day' }] }, shared);
    const yesterday = new Date(shared.clock.wall()).toISOString().slice(0, 10);
    const id = await create(app);
    const { resetsAtMs } = await app.budgets.get('all');
    shared.clock.skip((resetsAtMs ?? NaN) - shared.clock.wall() + 600_000);
    await app.claude.messages.create(PARAMS);
    const today = await spentUsd(app);
    const beforeNanoUsd = billedNanoUsd(app);
    await read(app.claude, id);
    expect(await spentUsd(app)).toBe(today);
    expect(await spentNanoUsd(shared, `budget/all//${yesterday}`)).toBe(billedNanoUsd(app) - beforeNanoUsd);
  });

  it('leaves a stretch that moves on when it was charged, not when it was read', async () => {
    const shared = world();
    const app = await boot({ budgets: [{ ...BUDGET, window: { rollingMs: 3_600_000 } }] }, shared);
    const id = await create(app);
    shared.clock.skip(1_800_000);
    await read(app.claude, id);
    expect(await spentUsd(app)).toBe(billedNanoUsd(app) / 1e9);
    shared.clock.skip(1_800_000 + 120_000);
    expect(await spentUsd(app)).toBe(0);
  });
});

describe('A store that answers later', () => {
  it('is asked off the path of calls, and all is booked when it has answered', async () => {
    const { store, clock } = world();
    const late = new LateStore(store);
    const app = await boot(undefined, { store: late, clock });
    const id = await create(app);
    await eventually(() => late.pending === 0, 'the note is kept');
    await read(app.claude, id);
    expect(await app.costs.flush()).toBe(true);
    await eventually(() => late.pending === 0, 'the budget is corrected');
    expect(await spentUsd(app)).toBe(billedNanoUsd(app) / 1e9);
    expect(await results(app)).toHaveLength(3);
  });

  it('fails no call when it is away', async () => {
    const { store, clock } = world();
    const late = new LateStore(store);
    const app = await boot({}, { store: late, clock });
    const reader = await bootClaude(
      { cost: {}, store: late, rateLimit: false },
      {},
      { clock, baseURL: () => app.sim.url },
    );
    const id = await create(reader);
    await eventually(() => late.pending === 0, 'the note is kept');
    late.failure = new Error('away');
    const unnoted = await create(reader);
    expect(await read(reader.claude, id)).toHaveLength(4);
    await eventually(() => late.pending === 0, 'nothing is asked any more');
    expect(await results(reader)).toEqual([]);
    late.failure = null;
    await read(reader.claude, id);
    await read(reader.claude, unnoted);
    await reader.costs.flush();
    expect((await results(reader)).map(({ user }) => user)).toEqual(['ada', 'ada', 'ada', null, null, null]);
  });
});

describe('A large batch', () => {
  it('is booked in lots, and no sink loses any of it', async () => {
    const taken: string[] = [];
    const sink = { name: 'warehouse', write: (lot: readonly UsageEntry[]) => void taken.push(...lot.map((e) => e.id)) };
    const app = await boot({ budgets: [{ ...BUDGET, limitUsd: 1_000 }], sinks: [sink] });
    app.sim.onMessage().reply('Hi.');
    const many = Array.from({ length: 1_200 }, (_, n) => ({ custom_id: `n${n}`, params: PARAMS }));
    const id = await create(app, many);
    await read(app.claude, id);
    expect(await app.costs.flush()).toBe(true);
    expect(taken.filter((entry) => entry.startsWith(`${id}/`))).toHaveLength(1_200);
    expect(await app.costs.getPeriodCost(TODAY)).toBe(billedNanoUsd(app) / 1e9);
    expect(await spentUsd(app)).toBe(billedNanoUsd(app) / 1e9);
  });
});
