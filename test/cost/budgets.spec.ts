import { Test } from '@nestjs/testing';
import { ClaudeModule, type BudgetEvent, type BudgetOptions, type ClaudeModuleOptions } from 'nestjs-claude';
import { bootClaude, PARAMS, SIMULATED_KEY, type ClaudeHarness } from '../support/claude-harness.js';

const MODEL = PARAMS.model;
const CHEAP = 'claude-haiku-4-5';

/** A token costs a dollar's millionth going in, and a thousandth coming out. */
const ROWS = [
  {
    models: [MODEL],
    effectiveFrom: '2020-01-01',
    usdPerMillionTokens: { input: 1, cacheWrite5m: 1, cacheWrite1h: 1, cacheRead: 1, output: 1_000 },
  },
  {
    models: [CHEAP],
    effectiveFrom: '2020-01-01',
    usdPerMillionTokens: { input: 0.001, cacheWrite5m: 0.001, cacheWrite1h: 0.001, cacheRead: 0.001, output: 0.001 },
  },
];

/** As much as ten calls of `PARAMS` can cost, and some dust: 256 tokens each. */
const TEN_CALLS_USD = 2.56 + 0.01;

const BUDGET: BudgetOptions = { name: 'all', limitUsd: TEN_CALLS_USD, window: 'month' };

interface Booted extends ClaudeHarness {
  readonly events: BudgetEvent[];
}

async function boot(changes: Partial<BudgetOptions>, more: Partial<ClaudeModuleOptions> = {}): Promise<Booted> {
  return bootWith([{ ...BUDGET, ...changes }], more);
}

async function bootWith(budgets: BudgetOptions[], more: Partial<ClaudeModuleOptions> = {}): Promise<Booted> {
  const app = await bootClaude({ cost: { pricing: { rows: ROWS }, budgets }, ...more });
  const events: BudgetEvent[] = [];
  app.budgets.events.subscribe((event) => events.push(event));
  return { ...app, events };
}

async function spentUsd({ records }: ClaudeHarness): Promise<number> {
  return records.reduce((sum, { costNanoUsd }) => sum + (costNanoUsd ?? NaN), 0) / 1e9;
}

async function stream({ claude }: ClaudeHarness): Promise<void> {
  for await (const event of await claude.messages.create({ ...PARAMS, stream: true })) void event;
}

const EXCEEDED = { code: 'budget_exceeded' };

describe('A hard budget', () => {
  it.each<[string, Partial<ClaudeModuleOptions>]>([
    ['limits', {}],
    ['no limits', { rateLimit: false }],
    ['limits in shadow mode', { rateLimit: { mode: 'shadow' } }],
  ])('lets ten of 200 parallel calls through with %s, and the others never reach the API', async (_, more) => {
    const app = await boot({}, more);
    const calls = Array.from({ length: 200 }, () => app.claude.messages.create(PARAMS));
    const results = await Promise.allSettled(calls);
    const refused = results.filter((each) => each.status === 'rejected');
    expect(refused).toHaveLength(190);
    for (const { reason } of refused) expect(reason).toMatchObject({ ...EXCEEDED, scope: 'all', limitUsd: 2.57 });
    expect(app.sim.requests).toHaveLength(10);
    const { spentUsd: spent, reservedUsd, remainingUsd } = await app.budgets.get('all');
    expect(reservedUsd).toBe(0);
    expect(spent).toBeCloseTo(await spentUsd(app), 9);
    expect(spent).toBeLessThanOrEqual(TEN_CALLS_USD);
    expect(remainingUsd).toBeCloseTo(TEN_CALLS_USD - spent, 9);
    expect(app.events.filter(({ type }) => type === 'budget-short')).toHaveLength(190);
  });

  it('pays what a stream really cost, and nothing for what failed', async () => {
    const app = await boot({});
    await stream(app);
    app.sim.onMessage().failWith(400).once();
    await expect(app.claude.messages.create(PARAMS)).rejects.toThrow('400');
    app.sim.onMessage().failWith(529).once();
    await app.claude.messages.create(PARAMS);
    const { spentUsd: spent, reservedUsd } = await app.budgets.get('all');
    expect([reservedUsd, app.records.length]).toEqual([0, 3]);
    expect(spent).toBeGreaterThan(0);
    expect(spent).toBeCloseTo(await spentUsd(app), 9);
  });

  it('holds nothing any more of a caller who went away', async () => {
    const app = await boot({});
    const aborter = new AbortController();
    const reader = await app.claude.messages.create({ ...PARAMS, stream: true }, { signal: aborter.signal });
    for await (const event of reader) aborter.abort(event.type);
    const { spentUsd: spent, reservedUsd } = await app.budgets.get('all');
    expect(reservedUsd).toBe(0);
    expect(spent).toBeCloseTo(await spentUsd(app), 9);
  });

  it('of 0 allows nothing, and a top-up helps until it is spent', async () => {
    const app = await boot({ limitUsd: 0 });
    await expect(app.claude.messages.create(PARAMS)).rejects.toMatchObject(EXCEEDED);
    await app.budgets.topUp('all', 0.3);
    await app.claude.messages.create(PARAMS);
    expect(await app.budgets.get('all')).toMatchObject({ limitUsd: 0.3, mode: 'hard', who: '' });
    await app.budgets.reset('all');
    expect(await app.budgets.get('all')).toMatchObject({ limitUsd: 0, spentUsd: 0 });
    await expect(app.claude.messages.create(PARAMS)).rejects.toMatchObject(EXCEEDED);
    expect(app.sim.requests).toHaveLength(1);
  });

  it('says when its stretch is over', async () => {
    const app = await boot({ limitUsd: 0.001, window: 'day' });
    const error: unknown = await app.claude.messages.create(PARAMS).catch((thrown: unknown) => thrown);
    const { resetsAtMs } = await app.budgets.get('all');
    const leftMs = (resetsAtMs ?? NaN) - app.clock.wall();
    expect((error as { retryAfterMs: number }).retryAfterMs).toBeGreaterThan(leftMs - 60_000);
    expect((error as { retryAfterMs: number }).retryAfterMs).toBeLessThanOrEqual(leftMs + 60_000);
  });

  it('refuses a model without a price', async () => {
    const app = await boot({});
    await expect(app.claude.messages.create({ ...PARAMS, model: 'claude-unheard-of' })).rejects.toMatchObject({
      code: 'unpriced_model',
    });
    expect(app.sim.requests).toHaveLength(0);
  });

  it('lowers max_tokens to what fits, and says so in the record', async () => {
    const app = await boot({ limitUsd: 0.1, onShortfall: { clamp: { minTokens: 16 } } });
    await app.claude.messages.create(PARAMS);
    const sent = (app.sim.requests[0]?.body ?? {}) as { max_tokens?: number };
    expect(sent.max_tokens).toBeLessThan(101);
    expect(sent.max_tokens).toBeGreaterThan(90);
    expect(app.record().maxTokensLoweredTo).toBe(sent.max_tokens);
    expect(app.events).toContainEqual(expect.objectContaining({ type: 'budget-short', action: 'clamped' }));
    expect((await app.budgets.get('all')).remainingUsd).toBeGreaterThanOrEqual(0);
  });

  it('does not lower max_tokens below the floor', async () => {
    const app = await boot({ limitUsd: 0.01, onShortfall: { clamp: { minTokens: 16 } } });
    await expect(app.claude.messages.create(PARAMS)).rejects.toMatchObject(EXCEEDED);
    expect(app.sim.requests).toHaveLength(0);
  });

  it('goes to a cheaper model where it may', async () => {
    const app = await boot({ limitUsd: 0.01, onShortfall: { degrade: { to: CHEAP } } });
    await app.claude.messages.create(PARAMS);
    expect(app.record().attempts.map(({ model }) => model)).toEqual([CHEAP]);
    expect(app.events).toContainEqual(expect.objectContaining({ type: 'budget-short', action: 'degraded' }));
  });

  it('goes to a cheaper model once, and no further where that is too dear as well', async () => {
    const app = await boot({ limitUsd: 1e-9, onShortfall: { degrade: { to: CHEAP } } });
    await expect(app.claude.messages.create(PARAMS)).rejects.toMatchObject(EXCEEDED);
    const actions = app.events.map((event) => (event.type === 'budget-short' ? event.action : event.type));
    expect(actions).toEqual(['degraded', 'refused']);
    expect(app.sim.requests).toHaveLength(0);
  });

  it('of each user is that of nobody else', async () => {
    const app = await boot({ limitUsd: 0.3, scope: { user: '*' } });
    const call = (user?: string): Promise<unknown> =>
      app.claude.with(user === undefined ? {} : { user }).messages.create({ ...PARAMS });
    const results = await Promise.allSettled([call('u1'), call('u1'), call('u2'), call()]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
    expect((await app.budgets.list()).map(({ who }) => who).toSorted()).toEqual(['u1', 'u2']);
    await expect(app.budgets.get('all')).rejects.toThrow('say whose');
    await expect(app.budgets.get('none')).rejects.toThrow('"all"');
    await expect(app.budgets.topUp('all', -1, 'u1')).rejects.toThrow('must be a number of US dollars above 0');
  });

  it('takes a message batch for the most it can cost, at the price of batches', async () => {
    const app = await boot({});
    await app.claude.messages.batches.create({ requests: [{ custom_id: 'a', params: PARAMS }] });
    expect((await app.budgets.get('all')).spentUsd).toBeCloseTo(0.128, 3);
  });

  it('holds in whatever window it is', async () => {
    const windows = ['hour', 'week', { calendar: 'day', timeZone: 'Asia/Kathmandu' }, { rollingMs: 60_000 }] as const;
    for (const window of windows) {
      const app = await boot({ window, limitUsd: 0.3 });
      const results = await Promise.allSettled([
        app.claude.messages.create(PARAMS),
        app.claude.messages.create(PARAMS),
      ]);
      expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    }
  });
});

describe('A budget that stops nothing', () => {
  it('tells once that a threshold is crossed', async () => {
    const app = await boot({ mode: 'soft', limitUsd: 0.001, alertAt: [0.5, 1] });
    await app.claude.messages.create(PARAMS);
    await app.claude.messages.create(PARAMS);
    expect(app.events.map((event) => (event.type === 'budget-alert' ? event.threshold : event.type))).toEqual([0.5, 1]);
    await app.budgets.reset('all');
    await app.claude.messages.create(PARAMS);
    expect(app.events).toHaveLength(4);
  });

  it('tells in shadow mode what it would have refused', async () => {
    const app = await boot({ mode: 'shadow', limitUsd: 0.001, alertAt: [] });
    await app.claude.messages.create(PARAMS);
    expect(app.events).toEqual([
      { type: 'budget-short', budget: 'all', who: '', callId: app.record().id, action: 'would-refuse' },
    ]);
  });
});

it.each([
  ['scope.model', { scope: { model: 'claude-unheard-of' } }],
  ['onShortfall.degrade.to', { onShortfall: { degrade: { to: 'claude-unheard-of' } } }],
] as const)('A budget on a model that no price is known of is refused at start: %s', async (path, changes) => {
  // Without a simulator: nothing would close it when the start fails.
  const module = ClaudeModule.forRoot({
    apiKey: SIMULATED_KEY,
    cost: { pricing: { rows: ROWS }, budgets: [{ ...BUDGET, ...changes }] },
  });
  await expect(Test.createTestingModule({ imports: [module] }).compile()).rejects.toThrow(
    `\`cost.budgets[0].${path}\` is a model that no price is known of`,
  );
});
