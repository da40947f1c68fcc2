import type { LedgerOptions } from 'nestjs-claude';
import { bootClaude, eventually, PARAMS, type ClaudeHarness } from '../support/claude-harness.js';
import { ADMIN_KEY, bootReconciled, clockOfNovember, DAY_MS, HOUR_MS, inShort, strangerAt } from './support.js';

const OPUS = { ...PARAMS, model: 'claude-opus-5-5' };

/** A prompt whose beginning is cached for so long. */
function cached(ttl: '5m' | '1h'): typeof PARAMS {
  const system = [{ type: 'text', text: 'x'.repeat(4_000), cache_control: { type: 'ephemeral', ttl } }];
  return Object.assign({ system }, PARAMS);
}

/** Two endpoints, each with keys of a workspace of its own; and a workspace that is no concern of theirs. */
function bootApart(ledger: LedgerOptions = {}): Promise<ClaudeHarness> {
  return bootReconciled({
    cost: { ledger },
    claude: {
      endpoints: [
        { name: 'search', key: 'sk-ant-search' },
        { name: 'chat', key: 'sk-ant-chat' },
      ],
    },
    reconciliation: { workspaces: { search: 'wrkspc_search', chat: null } },
    simulator: { workspaces: { 'sk-ant-search': 'wrkspc_search', 'sk-ant-other': 'wrkspc_other' } },
  });
}

/** JSON, streams, both durations of the cache, and a batch. */
async function useAllKinds({ claude }: ClaudeHarness): Promise<void> {
  await claude.messages.create(PARAMS);
  await claude.messages.stream(OPUS).finalMessage();
  for (const ttl of ['5m', '5m', '1h'] as const) {
    // oxlint-disable-next-line no-await-in-loop -- the second one reads what the first one wrote
    await claude.messages.create(cached(ttl));
  }
  await claude.messages.create(Object.assign({ inference_geo: 'us' }, OPUS));
  const { id } = await claude.messages.batches.create({
    requests: [
      { custom_id: 'one', params: PARAMS },
      { custom_id: 'two', params: OPUS },
    ],
  });
  for await (const result of await claude.messages.batches.results(id)) void result;
}

/** From now on everything of today is on the bill for good. */
function dayIsOver({ clock }: ClaudeHarness): void {
  clock.skip(DAY_MS);
}

describe('A ledger that has all of it', () => {
  it('does not differ from the bill, whatever was used', async () => {
    const app = await bootReconciled();
    await useAllKinds(app);
    await eventually(() => app.sim.billed.totals.messages === 8, 'all was billed');
    dayIsOver(app);
    const report = await app.reconciliation.reconcile({ days: 3 });
    expect(report.differences).toEqual([]);
    expect(report).toMatchObject({ isBalanced: true, openDays: ['2026-11-03'], corrections: [] });
    expect(report.period).toEqual({ from: '2026-10-31T00:00:00.000Z', to: '2026-11-04T00:00:00.000Z' });
    const { totals } = app.sim.billed;
    expect(report.bill).toMatchObject({
      inputTokens: totals.inputTokens,
      cacheReadTokens: totals.cacheReadInputTokens,
      cacheWriteTokens: totals.cacheWrite5mInputTokens + totals.cacheWrite1hInputTokens,
      outputTokens: totals.outputTokens,
    });
    expect(report.bill.cacheReadTokens).toBeGreaterThan(0);
    expect(report.ledger).toMatchObject({ outputTokens: totals.outputTokens });
    expect(Math.abs(report.bill.costNanoUsd - report.ledger.costNanoUsd)).toBeLessThanOrEqual(4);
  });

  it('is told apart by workspace, and other workspaces and endpoints are none of its business', async () => {
    const app = await bootApart();
    app.costs.record({ input_tokens: 10, output_tokens: 5 }, { model: PARAMS.model, endpoint: 'elsewhere' });
    await app.claude.with({ endpoint: 'search' }).messages.create(PARAMS);
    await app.claude.with({ endpoint: 'chat' }).messages.create(PARAMS);
    await strangerAt(app, 'sk-ant-other').messages.create(PARAMS);
    dayIsOver(app);
    expect((await app.reconciliation.reconcile()).differences).toEqual([]);
    await strangerAt(app, 'sk-ant-search').messages.create(OPUS);
    dayIsOver(app);
    expect(inShort((await app.reconciliation.reconcile()).differences)).toEqual([
      '2026-11-03 model claude-opus-5-5 in wrkspc_search: missing-here',
    ]);
  });

  it('is compared by model and workspace together: what agrees by each of them alone may differ', async () => {
    const app = await bootApart();
    // Each workspace is billed for the model that was booked for the other one.
    const swapped = [
      { model: PARAMS.model, key: 'sk-ant-search', endpoint: 'chat' },
      { model: OPUS.model, key: 'sk-ant-chat', endpoint: 'search' },
    ];
    for (const { model, key, endpoint } of swapped) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const { usage } = await strangerAt(app, key).messages.create({ ...PARAMS, model });
      app.costs.record(usage, { model, endpoint });
    }
    dayIsOver(app);
    const { differences, ledger, bill } = await app.reconciliation.reconcile();
    expect(inShort(differences).toSorted()).toEqual([
      '2026-11-02 model claude-haiku-5-5 in default: missing-there',
      '2026-11-02 model claude-haiku-5-5 in wrkspc_search: missing-here',
      '2026-11-02 model claude-opus-5-5 in default: missing-here',
      '2026-11-02 model claude-opus-5-5 in wrkspc_search: missing-there',
    ]);
    expect(ledger).toEqual(bill);
  });

  it('is not kept in any workspace once the ledger has forgotten the day', async () => {
    const app = await bootApart({ hoursForDays: 1, days: 3 });
    await app.claude.with({ endpoint: 'search' }).messages.create(PARAMS);
    app.clock.skip(6 * DAY_MS);
    expect(inShort((await app.reconciliation.reconcile({ days: 7 })).differences)).toEqual([
      '2026-11-02 model claude-haiku-5-5 in wrkspc_search: not-kept',
    ]);
  });

  it('is asked for as many pages as there are', async () => {
    const app = await bootReconciled();
    await app.claude.messages.create(PARAMS);
    app.clock.skip(100 * DAY_MS);
    await app.claude.messages.create(PARAMS);
    dayIsOver(app);
    const report = await app.reconciliation.reconcile({ days: 110 });
    expect(report.differences).toEqual([]);
    expect(report.ledger.outputTokens).toBe(app.sim.billed.totals.outputTokens);
    const pages = app.sim.requests.filter(({ path }) => path === '/v1/organizations/cost_report');
    expect(pages.map(({ query }) => new URLSearchParams(query).has('page'))).toEqual([false, true, true, true]);
  });
});

describe('A difference has a name', () => {
  it('missing-here: another client used the workspace', async () => {
    const app = await bootReconciled();
    await app.claude.messages.create(PARAMS);
    const { usage } = await strangerAt(app).messages.create(PARAMS);
    dayIsOver(app);
    const { differences, isBalanced } = await app.reconciliation.reconcile();
    expect(inShort(differences)).toEqual(['2026-11-02 model claude-haiku-5-5: missing-here']);
    expect(differences[0]?.difference).toMatchObject({
      inputTokens: usage.input_tokens,
      outputTokens: usage.output_tokens,
      costNanoUsd: app.costs.calculateCost(PARAMS.model, usage).nanoUsd,
    });
    expect(isBalanced).toBe(false);
  });

  it('missing-there: what was booked went elsewhere', async () => {
    const app = await bootReconciled();
    app.costs.record({ input_tokens: 10, output_tokens: 5 }, { model: 'claude-opus-5-5' });
    dayIsOver(app);
    const { differences } = await app.reconciliation.reconcile();
    expect(inShort(differences)).toEqual(['2026-11-02 model claude-opus-5-5: missing-there']);
    expect(differences[0]?.difference).toMatchObject({ inputTokens: -10, outputTokens: -5 });
  });

  it('mixed: more of one kind, and less of another', async () => {
    const app = await bootReconciled();
    const { usage } = await strangerAt(app).messages.create(PARAMS);
    app.costs.record({ ...usage, input_tokens: usage.input_tokens + 5, output_tokens: 1 }, { model: PARAMS.model });
    dayIsOver(app);
    expect(inShort((await app.reconciliation.reconcile()).differences)).toEqual([
      '2026-11-02 model claude-haiku-5-5: mixed',
    ]);
  });

  it('price: a discount that only one side knows', async () => {
    const app = await bootReconciled({ cost: { pricing: { discount: 0.1 } } });
    await app.claude.messages.create(PARAMS);
    dayIsOver(app);
    const { differences } = await app.reconciliation.reconcile();
    expect(inShort(differences)).toEqual(['2026-11-02 model claude-haiku-5-5: price']);
    expect(differences[0]?.difference).toMatchObject({ inputTokens: 0, outputTokens: 0 });
    expect(differences[0]?.difference.costNanoUsd).toBeGreaterThan(0);
  });

  it('unpriced: a model that has no price here', async () => {
    const app = await bootReconciled();
    app.sim
      .onReports()
      .reply(page([usageOf({ model: 'claude-next-1' })]))
      .thenReply(page([costOf({ model: 'claude-next-1' })]));
    app.costs.record({ input_tokens: 10, output_tokens: 5 }, { model: 'claude-next-1' });
    dayIsOver(app);
    expect(inShort((await app.reconciliation.reconcile({ days: 1 })).differences)).toEqual([
      '2026-11-02 model claude-next-1: unpriced',
    ]);
  });

  it('day-boundary: counted on either side of midnight', async () => {
    const app = await bootReconciled();
    const { usage: used } = await strangerAt(app).messages.create(PARAMS);
    app.costs.record(used, { model: PARAMS.model, at: app.clock.wall() - 12 * HOUR_MS });
    dayIsOver(app);
    expect(inShort((await app.reconciliation.reconcile()).differences)).toEqual([
      '2026-11-01 model claude-haiku-5-5: day-boundary',
      '2026-11-02 model claude-haiku-5-5: day-boundary',
    ]);
  });

  it('not-kept: the ledger has forgotten the day', async () => {
    const app = await bootReconciled({ cost: { ledger: { hoursForDays: 1, days: 3 } } });
    await app.claude.messages.create(PARAMS);
    app.clock.skip(6 * DAY_MS);
    expect(inShort((await app.reconciliation.reconcile({ days: 7 })).differences)).toEqual([
      '2026-11-02 model claude-haiku-5-5: not-kept',
    ]);
  });

  it('other-charges: what no answer tells', async () => {
    const app = await bootReconciled();
    const container = { ...costOf({ model: null }), cost_type: 'code_execution', description: 'Code Execution Usage' };
    app.sim
      .onReports()
      .reply(page([]))
      .thenReply(page([container]));
    dayIsOver(app);
    const { differences } = await app.reconciliation.reconcile({ days: 1 });
    expect(inShort(differences)).toEqual(['2026-11-02 charge Code Execution Usage: other-charges']);
  });

  it('prepaid: the priority tier is in one report alone', async () => {
    const app = await bootReconciled();
    app.costs.record({ input_tokens: 10, output_tokens: 5 }, { model: PARAMS.model });
    app.sim
      .onReports()
      .reply(page([{ ...usageOf({ model: PARAMS.model }), service_tier: 'priority' }]))
      .thenReply(page([]));
    dayIsOver(app);
    expect(inShort((await app.reconciliation.reconcile({ days: 1 })).differences)).toEqual([
      '2026-11-02 model claude-haiku-5-5: prepaid',
    ]);
  });

  it('estimated: a stream that its reader left', async () => {
    const clock = clockOfNovember();
    const app = await bootReconciled({ simulator: { latency: { perEventMs: 20 } }, world: { clock } });
    for await (const event of await app.claude.messages.create({ ...PARAMS, stream: true })) {
      if (event.type === 'content_block_delta') break;
    }
    await eventually(() => app.sim.billed.messages.length === 1 && app.records.length === 1, 'the call was settled');
    // The server had answered more than what had arrived of it.
    const [billed] = app.sim.billed.messages;
    expect(billed?.isComplete).toBe(false);
    await strangerAt(app).messages.create({ ...OPUS });
    dayIsOver(app);
    const { differences } = await app.reconciliation.reconcile();
    const own = differences.filter(({ name }) => name === PARAMS.model);
    // How much of it had been generated by then is chance; that it was booked as an estimate is not.
    expect(own.filter(({ kind }) => kind !== 'estimated')).toEqual([]);
    expect(app.record().attempts[0]?.cost?.accuracy).toBe('estimated');
    expect(inShort(differences)).toContain('2026-11-02 model claude-opus-5-5: missing-here');
  });
});

describe('A difference counts', () => {
  it('once its day is over for good', async () => {
    const app = await bootReconciled();
    await strangerAt(app).messages.create(PARAMS);
    const today = await app.reconciliation.reconcile();
    expect(today).toMatchObject({ isBalanced: true, openDays: ['2026-11-02'], differences: [{ isOpen: true }] });
    // Half past midnight, as the reports may still grow.
    app.clock.skip(14.5 * HOUR_MS);
    expect(await app.reconciliation.reconcile()).toMatchObject({
      isBalanced: true,
      openDays: ['2026-11-02', '2026-11-03'],
    });
    app.clock.skip(HOUR_MS);
    expect(await app.reconciliation.reconcile()).toMatchObject({ isBalanced: false, openDays: ['2026-11-03'] });
  });

  it.each([
    [{ share: 0.1 }, false],
    [{ share: 0.11 }, true],
    [{ usd: 0.000_001 }, false],
    [{ usd: 1 }, true],
  ])('beyond %j', async (tolerance, isBalanced) => {
    const app = await bootReconciled({ cost: { pricing: { discount: 0.105 } }, reconciliation: { tolerance } });
    await app.claude.messages.create({ ...OPUS, messages: [{ role: 'user', content: 'x'.repeat(4_000) }] });
    dayIsOver(app);
    expect(await app.reconciliation.reconcile()).toMatchObject({ isBalanced, differences: [{ kind: 'price' }] });
  });
});

/** A page of a report with one day, the second of November. */
function page(results: readonly object[]): {
  readonly data: readonly object[];
  readonly has_more: boolean;
  readonly next_page: null;
} {
  const bucket = { starting_at: '2026-11-02T00:00:00Z', ending_at: '2026-11-03T00:00:00Z', results };
  return { data: [bucket], has_more: false, next_page: null };
}

function usageOf({ model }: { readonly model: string }): object {
  return {
    uncached_input_tokens: 10,
    cache_creation: { ephemeral_1h_input_tokens: 0, ephemeral_5m_input_tokens: 0 },
    cache_read_input_tokens: 0,
    output_tokens: 5,
    server_tool_use: { web_search_requests: 0 },
    workspace_id: null,
    model,
    service_tier: 'standard',
  };
}

function costOf({ model }: { readonly model: string | null }): object {
  return { currency: 'USD', amount: '12.345', workspace_id: null, cost_type: 'tokens', model, description: 'Usage' };
}

describe('Without an admin key', () => {
  it('nothing is asked, and the error names the option', async () => {
    const app = await bootClaude();
    await expect(app.reconciliation.reconcile()).rejects.toThrow('set `cost.reconciliation.adminKey`');
    expect(app.sim.requests).toEqual([]);
    expect(ADMIN_KEY).toMatch(/^sk-ant-admin/);
  });
});
