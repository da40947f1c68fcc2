import type { CallContext, ClaudeModuleOptions, SavingsReport } from 'nestjs-claude';
import { bootClaude, PARAMS, type ClaudeHarness } from '../support/claude-harness.js';

const MODEL = 'claude-opus-5-5';
const SMALL = PARAMS.model;

/** Nano-dollars a token, so that every figure can be worked out by hand: 1,000 going in, 5,000 coming out. */
const ROW = {
  models: [MODEL],
  effectiveFrom: '2020-01-01',
  usdPerMillionTokens: { input: 1, cacheWrite5m: 1.25, cacheWrite1h: 2, cacheRead: 0.1, output: 5 },
};

const TENFOLD = { usdPerMillionTokens: { input: 10, cacheWrite5m: 12.5, cacheWrite1h: 20, cacheRead: 1, output: 50 } };

const TODAY = { days: 1 };

/** The day so many days from now, as a price row has it. */
function day(fromNow: number): string {
  return new Date(Date.now() + fromNow * 86_400_000).toISOString().slice(0, 10);
}

/** Some 5,000 tokens for the simulator, more than half of any prompt below. */
const BOOK = 'It was a dark and stormy night. '.repeat(625);

const ASKED = { ...PARAMS, model: MODEL };
const CACHED = {
  ...ASKED,
  system: [{ type: 'text' as const, text: BOOK, cache_control: { type: 'ephemeral' as const } }],
};
const UNCACHED = { ...ASKED, system: BOOK };

function boot(cost: Exclude<ClaudeModuleOptions['cost'], false | undefined> = {}): Promise<ClaudeHarness> {
  return bootClaude({ cost: { pricing: { rows: [ROW] }, ...cost }, rateLimit: false });
}

async function readStream({ claude }: ClaudeHarness, context: CallContext): Promise<void> {
  for await (const event of await claude.with(context).messages.create({ ...ASKED, stream: true })) void event;
}

/** Nano-dollars and calls of each figure. */
function figures(report: SavingsReport): Readonly<Record<string, readonly [nanoUsd: number, calls: number]>> {
  const { cachingSaved, cachingCouldSave, batchCouldSave, smallerModelCouldSave, reservations } = report;
  const all = { cachingSaved, cachingCouldSave, batchCouldSave, smallerModelCouldSave, reservations };
  return Object.fromEntries(Object.entries(all).map(([name, { nanoUsd, calls }]) => [name, [nanoUsd, calls]]));
}

const NONE = {
  cachingSaved: [0, 0],
  cachingCouldSave: [0, 0],
  batchCouldSave: [0, 0],
  smallerModelCouldSave: [0, 0],
  reservations: [0, 0],
};

describe('Savings', () => {
  it('of calls that use the cache are what reads cost less, less what writes cost more', async () => {
    const app = await boot();
    for (let n = 0; n < 4; n++) await app.claude.messages.create(CACHED);
    const { cacheReadInputTokens: read, cacheWrite5mInputTokens: written } = app.sim.billed.totals;
    expect([read, written]).toEqual([3 * written, expect.any(Number)]);
    expect(written).toBeGreaterThan(4_000);
    const report = await app.costs.getSavings(TODAY);
    expect(figures(report)).toEqual({ ...NONE, cachingSaved: [read * 900 - written * 250, 4] });
    expect(report.cachingSaved.usd).toBeCloseTo((read * 900 - written * 250) / 1e9, 12);
    expect(report.totalCostUsd).toBe((await app.costs.getSummary(TODAY)).totalCostUsd);
  });

  it('of calls that could have used it are thought to be those of a part of their prompts', async () => {
    const app = await boot({ savings: { repeatedShare: 0.8, minimumCacheTokens: 1_024 } });
    for (let n = 0; n < 3; n++) await app.claude.messages.create(UNCACHED);
    const repeated = Math.floor((app.sim.billed.totals.inputTokens / 3) * 0.8);
    expect(repeated).toBeGreaterThan(1_024);
    const report = await app.costs.getSavings(TODAY);
    expect(figures(report)).toEqual({ ...NONE, cachingCouldSave: [2 * repeated * 900 - repeated * 250, 3] });
    expect(report.cachingCouldSave.assumption).toContain('first 80 % of a prompt');
    expect(report.cachingCouldSave.assumption).toContain('at least 1,024 tokens');
  });

  it('of batches are half of what background calls cost that were no streams', async () => {
    const app = await boot({ savings: { smallerModels: {} } });
    await app.claude.with({ priority: 'background' }).messages.create(ASKED);
    const costNanoUsd = app.record().costNanoUsd ?? NaN;
    await readStream(app, { priority: 'background' });
    await app.claude.messages.create(ASKED);
    expect(figures(await app.costs.getSavings(TODAY))).toEqual({ ...NONE, batchCouldSave: [costNanoUsd / 2, 1] });
  });

  it('of a smaller model are what it costs less for short calls', async () => {
    const app = await boot();
    await app.claude.messages.create(ASKED);
    await app.claude.messages.create(UNCACHED);
    await app.claude.messages.create(PARAMS);
    const [short] = app.records;
    const smallNanoUsd = app.costs.calculateCost(SMALL, short?.usage ?? {}).nanoUsd;
    const report = await app.costs.getSavings(TODAY);
    expect(figures(report).smallerModelCouldSave).toEqual([(short?.costNanoUsd ?? NaN) - smallNanoUsd, 1]);
    expect(report.smallerModelCouldSave.assumption).toContain(`(${SMALL})`);
  });

  it('tell what budgets held, and how much of it was used', async () => {
    const budgets = [
      { name: 'all', limitUsd: 5, window: 'day' as const },
      { name: 'of each', limitUsd: 5, window: 'day' as const, scope: { user: '*' } },
    ];
    const app = await boot({ budgets, savings: { smallerModels: {} } });
    const worstCaseUsd = app.costs.estimateCost(ASKED).worstCaseUsd ?? NaN;
    app.sim.onMessage().failWith(529).once();
    await app.claude.with({ user: 'ada' }).messages.create(ASKED);
    const { costNanoUsd, attempts } = app.record();
    const held = Math.round(worstCaseUsd * 1e9);
    expect(attempts.map(({ reservedNanoUsd }) => reservedNanoUsd)).toEqual([held, held]);
    const { reservations } = await app.costs.getSavings(TODAY);
    const used = costNanoUsd ?? NaN;
    expect(reservations).toMatchObject({
      nanoUsd: held - used,
      calls: 1,
      reservedUsd: worstCaseUsd,
      usedUsd: used / 1e9,
      usedShare: used / held,
    });
    expect(reservations.usedUsd).toBeLessThan(reservations.reservedUsd);
  });

  it('are nothing without calls, each with what it takes for granted, and cannot be changed', async () => {
    const report = await (await boot()).costs.getSavings();
    expect(figures(report)).toEqual(NONE);
    expect(report.reservations.usedShare).toBeNull();
    const { period, totalCostUsd, ...all } = report;
    expect([totalCostUsd, period.resolution]).toEqual([0, 'day']);
    for (const figure of Object.values(all)) {
      expect(figure.assumption).toMatch(/^[A-Z].{40,}\.$/);
      expect(Object.isFrozen(figure)).toBe(true);
    }
    expect([report, period].every(Object.isFrozen)).toBe(true);
  });

  it('count calls made elsewhere, each at the prices of when it was made', async () => {
    const app = await boot({ pricing: { rows: [ROW, { ...ROW, ...TENFOLD, effectiveFrom: day(-1) }] } });
    const usage = { input_tokens: 3_000, cache_read_input_tokens: 1_000, output_tokens: 300 };
    const before = app.costs.record(usage, { model: MODEL, priority: 'background', at: Date.parse(day(-3)) });
    expect(before.savingsNanoUsd).toMatchObject({ cachingSaved: 900_000, batchCouldSave: 2_300_000, reserved: null });
    app.costs.record(usage, { model: MODEL });
    const report = await app.costs.getSavings({ days: 5 });
    expect(figures(report)).toEqual({ ...NONE, cachingSaved: [9_900_000, 2], batchCouldSave: [2_300_000, 1] });
    expect(() => app.costs.record(usage, { model: MODEL, priority: 'never' as never })).toThrow('`priority`');
  });

  it('are the sum of their entries', async () => {
    const app = await boot({ budgets: [{ name: 'all', limitUsd: 5, window: 'day' }] });
    for (const params of [CACHED, UNCACHED, ASKED, PARAMS, CACHED])
      await app.claude.with({ priority: 'background' }).messages.create(params);
    const entries = await app.costs.getRecent();
    const sum = (kind: keyof (typeof entries)[number]['savingsNanoUsd']): number =>
      entries.reduce((total, { savingsNanoUsd }) => total + (savingsNanoUsd[kind] ?? 0), 0);
    const { savings } = await app.costs.getSummary(TODAY);
    expect(entries).toHaveLength(5);
    expect(savings.reserved.calls).toBe(5);
    for (const kind of Object.keys(savings) as (keyof typeof savings)[]) expect(savings[kind].nanoUsd).toBe(sum(kind));
  });

  it('are refused for a stretch of time that is none, and for a model without a price', async () => {
    const app = await boot();
    await expect(app.costs.getSavings({ days: -1 })).rejects.toThrow('`period.days` must be');
    await expect(boot({ savings: { smallerModels: { [MODEL]: 'claude-unheard-of' } } })).rejects.toThrow(
      'no price is known of',
    );
  });
});
