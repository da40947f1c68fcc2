import type { CallRecord, UsageEntry, UsagePeriod } from 'nestjs-claude';
import { bootClaude, PARAMS, type ClaudeHarness } from '../support/claude-harness.js';

const TODAY = { days: 1 };

function total(records: readonly CallRecord[]): number {
  return records.reduce((sum, { costNanoUsd }) => sum + (costNanoUsd ?? NaN), 0);
}

async function mixedCalls({ claude, sim }: ClaudeHarness): Promise<void> {
  await claude.with({ user: 'ada', tags: { team: 'red' } }).messages.create(PARAMS);
  for await (const event of await claude.with({ user: 'bob' }).messages.create({ ...PARAMS, stream: true })) void event;
  sim.onMessage().failWith(400).once();
  await claude.messages.create(PARAMS).catch(() => undefined);
  await claude.with({ user: 'ada', tags: { team: 'blue' } }).messages.create({ ...PARAMS, model: 'claude-opus-5-5' });
}

describe('The ledger', () => {
  it('has what all calls cost, by model, user and tag', async () => {
    const app = await bootClaude({ rateLimit: false });
    await mixedCalls(app);
    const summary = await app.costs.getSummary(TODAY);
    expect(summary).toMatchObject({ requests: 4, billedRequests: 3, totalCostNanoUsd: total(app.records) });
    expect(summary.inputTokens).toBe(app.sim.billed.totals.inputTokens);
    expect(summary.outputTokens).toBe(app.sim.billed.totals.outputTokens);
    expect(summary.byModel.map(({ name, requests }) => [name, requests])).toEqual([
      ['claude-opus-5-5', 1],
      [PARAMS.model, 3],
    ]);
    const byUser = await app.costs.getCostByUser(TODAY);
    expect(byUser.map(({ name }) => name).toSorted()).toEqual(['', 'ada', 'bob']);
    expect((await app.costs.getCostByTag('team', TODAY)).map(({ name }) => name)).toEqual(['team=blue', 'team=red']);
    expect(await app.costs.getPeriodCost(TODAY)).toBe(summary.totalCostUsd);
    expect(summary.averageCostUsd).toBeCloseTo(summary.totalCostUsd / 3, 12);
  });

  it('takes what was used elsewhere, once', async () => {
    const app = await bootClaude();
    const usage = { input_tokens: 1_000, output_tokens: 100 };
    const entry = app.costs.record(usage, { model: PARAMS.model, user: 'ada', id: 'elsewhere-1' });
    app.costs.record(usage, { model: PARAMS.model, user: 'ada', id: 'elsewhere-1' });
    expect(entry.costNanoUsd).toBe(app.costs.calculateCost(PARAMS.model, usage).nanoUsd);
    expect(await app.costs.getSummary(TODAY)).toMatchObject({ requests: 1, totalCostNanoUsd: entry.costNanoUsd });
    expect(await app.costs.getRecent()).toEqual([entry]);
  });

  it('is exported as JSON and as CSV', async () => {
    const app = await bootClaude();
    app.costs.record({ input_tokens: 10 }, { model: PARAMS.model, user: '=cmd()' });
    const csv = await app.costs.export({ format: 'csv', what: 'user', period: TODAY });
    expect(csv.split('\r\n')[1]).toContain(",'=cmd(),1,1,0,");
    const { shares } = JSON.parse(await app.costs.export({ format: 'json', what: 'model', period: TODAY })) as {
      shares: unknown;
    };
    expect(shares).toEqual(await app.costs.getCostByModel(TODAY));
    const lines = (await app.costs.export({ format: 'csv', what: 'entries' })).trimEnd().split('\r\n');
    expect(lines).toHaveLength(2);
    expect(JSON.parse(await app.costs.export({ format: 'json', what: 'entries' }))).toEqual(
      await app.costs.getRecent(),
    );
  });

  it.each<[string, unknown, string]>([
    ['days', { days: 0 }, '`period.days` must be'],
    ['from', { from: new Date('x') }, '`period.from` must be'],
    ['order', { from: 2, to: 1 }, '`period.from` must be before'],
    ['both', { days: 1, from: 1 }, '`period.days` excludes'],
    ['none', 'today', '`period` must be'],
  ])('refuses a period by the name of what is wrong: %s', async (_, period, message) => {
    const app = await bootClaude();
    await expect(app.costs.getSummary(period as UsagePeriod)).rejects.toThrow(message);
  });

  it.each([
    ['format', { format: 'xml' as never, what: 'model' as const }, '`format` of export()'],
    ['what', { format: 'csv' as const, what: 'toString' as never }, '`what` of export()'],
  ])('refuses an export by the name of what is wrong: %s', async (_, options, message) => {
    const app = await bootClaude();
    await expect(app.costs.export(options)).rejects.toThrow(message);
  });

  it('refuses use that nobody can place in time', async () => {
    const app = await bootClaude();
    const use = { model: PARAMS.model, at: Date.now() + 86_400_000 };
    expect(() => app.costs.record({ input_tokens: 1 }, use)).toThrow('in the future');
    expect(() => app.costs.record({ input_tokens: 1 }, {} as never)).toThrow('`model` of record()');
    expect(() => app.costs.record({ input_tokens: 1 }, { model: 'm', user: 5 as never })).toThrow('user');
    expect(await app.costs.getRecent()).toEqual([]);
  });

  it('has nothing of calls with `cost: false`', async () => {
    const app = await bootClaude({ cost: false });
    await app.claude.messages.create(PARAMS);
    expect(await app.costs.getSummary(TODAY)).toMatchObject({ requests: 0 });
  });
});

describe('Entries', () => {
  it('are told as they are booked, and brought to sinks', async () => {
    const taken: UsageEntry[] = [];
    const sink = { name: 'warehouse', write: (entries: readonly UsageEntry[]) => void taken.push(...entries) };
    const app = await bootClaude({ cost: { sinks: [sink] } });
    const seen: UsageEntry[] = [];
    app.costs.entries.subscribe((entry) => seen.push(entry));
    await app.claude.messages.create(PARAMS);
    await app.claude.messages.create(PARAMS);
    expect(await app.costs.flush()).toBe(true);
    expect(taken).toEqual(seen);
    expect(seen.map(({ id }) => id)).toEqual(app.records.map(({ id }) => id));
    expect(app.costs.sinks).toEqual([{ name: 'warehouse', queued: 0, written: 2, dropped: 0, failures: 0 }]);
  });

  it('reach a sink before the process ends', async () => {
    const taken: UsageEntry[] = [];
    const sink = { name: 'warehouse', write: (entries: readonly UsageEntry[]) => void taken.push(...entries) };
    const app = await bootClaude({ cost: { sinks: [sink] } });
    await app.claude.messages.create(PARAMS);
    await app.close();
    expect(taken).toHaveLength(1);
  });

  it('hold up no call where a sink hangs, and none fails where it throws', async () => {
    let isOver = false;
    const released: (() => void)[] = [];
    const hang = (): Promise<void> => new Promise((resolve) => (isOver ? resolve() : released.push(resolve)));
    const fail = (): void => {
      if (!isOver) throw new Error('never');
    };
    const hung = { name: 'hung', write: hang };
    const broken = { name: 'broken', write: fail };
    const app = await bootClaude({ cost: { sinks: [hung, broken] } });
    const events: string[] = [];
    app.costs.events.subscribe(({ type }) => events.push(type));
    await app.claude.messages.create(PARAMS);
    expect(await app.costs.flush(150)).toBe(false);
    await app.claude.messages.create(PARAMS);
    expect(app.records.map(({ outcome }) => outcome.kind)).toEqual(['succeeded', 'succeeded']);
    expect(events).toEqual(['sink-failed']);
    expect(app.costs.sinks.map(({ name, queued, written }) => [name, queued, written])).toEqual([
      ['hung', 2, 0],
      ['broken', 2, 0],
    ]);
    isOver = true;
    for (const release of released) release();
  });
});
