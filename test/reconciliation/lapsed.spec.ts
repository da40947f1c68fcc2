import {
  MemoryAdmissionStore,
  type AdmissionStore,
  type BudgetOptions,
  type BudgetStatus,
  type EndpointOptions,
  type ReconciliationReport,
} from 'nestjs-claude';
import { PARAMS, SIMULATED_KEY, type ClaudeHarness } from '../support/claude-harness.js';
import { bootReconciled, clockOfNovember, DAY_MS, HOUR_MS, inShort, strangerAt } from './support.js';

const MONTH: BudgetOptions = { name: 'all', limitUsd: 10, window: 'month' };
const LEASE_MS = 15 * 60_000;
const WORST_NANO_USD = 5_000_000;

interface World {
  readonly app: ClaudeHarness;
  readonly store: AdmissionStore;
}

async function world(
  budget: BudgetOptions = MONTH,
  given: Pick<NonNullable<Parameters<typeof bootReconciled>[0]>, 'reconciliation' | 'simulator'> & {
    readonly endpoints?: readonly EndpointOptions[];
  } = {},
): Promise<World> {
  const clock = clockOfNovember();
  const store = new MemoryAdmissionStore(clock);
  const { endpoints, ...rest } = given;
  const claude = { store, ...(endpoints && { endpoints }) };
  return { app: await bootReconciled({ cost: { budgets: [budget] }, claude, world: { clock }, ...rest }), store };
}

/** Each with keys of a workspace of its own. */
const ENDPOINTS = [
  { name: 'search', key: 'sk-ant-search' },
  { name: 'chat', key: 'sk-ant-chat' },
];
const SIMULATED = { workspaces: { 'sk-ant-search': 'wrkspc_search' } };

/** A process reserves, calls, and is gone before it can say what it used. @returns What was billed, in nano-dollars. */
async function callAndDie({ app, store }: World, who = '', apiKey = SIMULATED_KEY): Promise<number> {
  const [accounts] = app.runtime.budgets.accounts;
  const account = accounts?.account(who, app.clock.wall());
  if (account === undefined) throw new Error('There is no budget.');
  await store.acquire({ meters: [account.meter], amounts: [WORST_NANO_USD] }, { leaseMs: LEASE_MS });
  const { usage } = await strangerAt(app, apiKey).messages.create(PARAMS);
  app.clock.skip(LEASE_MS + 1);
  return app.costs.calculateCost(PARAMS.model, usage).nanoUsd;
}

const spent = async ({ app }: World, who?: string): Promise<number> => nano(await app.budgets.get('all', who));

function nano({ spentUsd }: BudgetStatus): number {
  return Math.round(spentUsd * 1e9);
}

const reconcile = ({ app }: World, correct = true): Promise<ReconciliationReport> =>
  app.reconciliation.reconcile({ days: 10 }, { correct });

describe('A reservation that lapsed', () => {
  it('names what the bill has more, and is corrected to it once the bill is complete', async () => {
    const it = await world();
    const { usage } = await it.app.claude.messages.create(PARAMS);
    const settled = it.app.costs.calculateCost(PARAMS.model, usage).nanoUsd;
    const billed = await callAndDie(it);
    expect(await spent(it)).toBe(settled + WORST_NANO_USD);
    const first = await reconcile(it);
    expect(inShort(first.differences)).toEqual(['2026-11-02 model claude-haiku-5-5: lapsed']);
    expect(first.corrections).toEqual([
      { budget: 'all', who: '', lapsedNanoUsd: WORST_NANO_USD, billedNanoUsd: 0, loweredNanoUsd: 0, outcome: 'waits' },
    ]);
    expect(await spent(it)).toBe(settled + WORST_NANO_USD);
    it.app.clock.skip(DAY_MS);
    const second = await reconcile(it);
    expect(second.corrections).toMatchObject([
      { billedNanoUsd: billed, loweredNanoUsd: WORST_NANO_USD - billed, outcome: 'corrected' },
    ]);
    expect(await spent(it)).toBe(settled + billed);
    expect((await reconcile(it)).corrections).toMatchObject([{ loweredNanoUsd: 0 }]);
    expect(await spent(it)).toBe(settled + billed);
  });

  it('is only told of as long as nobody asks to correct it', async () => {
    const it = await world();
    await callAndDie(it);
    await reconcile(it, false);
    it.app.clock.skip(DAY_MS);
    expect((await reconcile(it, false)).corrections).toMatchObject([{ loweredNanoUsd: 0, outcome: 'could-correct' }]);
    expect(await spent(it)).toBe(WORST_NANO_USD);
    expect((await reconcile(it)).corrections).toMatchObject([{ outcome: 'corrected' }]);
  });

  it('is left alone while its day is open, whatever lapsed before it', async () => {
    const it = await world();
    const early = await callAndDie(it);
    await reconcile(it);
    it.app.clock.skip(DAY_MS);
    await callAndDie(it);
    await reconcile(it);
    expect(await spent(it)).toBe(early + WORST_NANO_USD);
    it.app.clock.skip(DAY_MS);
    await reconcile(it);
    expect(await spent(it)).toBe(2 * early);
  });

  it('is left alone where the period does not reach back to the beginning of the stretch', async () => {
    const it = await world();
    await callAndDie(it);
    await reconcile(it);
    it.app.clock.skip(3 * DAY_MS);
    const { corrections } = await it.app.reconciliation.reconcile({ days: 2 }, { correct: true });
    expect(corrections).toMatchObject([{ outcome: 'not-covered' }]);
    expect(await spent(it)).toBe(WORST_NANO_USD);
  });

  it('is told from a batch whose results nobody has read', async () => {
    const it = await world();
    const { id } = await it.app.claude.messages.batches.create({ requests: [{ custom_id: 'one', params: PARAMS }] });
    const charged = await spent(it);
    expect(charged).toBeGreaterThan(0);
    it.app.clock.skip(HOUR_MS);
    await it.app.claude.messages.batches.retrieve(id);
    await reconcile(it);
    it.app.clock.skip(DAY_MS);
    expect((await reconcile(it)).corrections).toEqual([]);
    expect(await spent(it)).toBe(charged);
    for await (const result of await it.app.claude.messages.batches.results(id)) void result;
    const { totalCostNanoUsd } = await it.app.costs.getSummary({ days: 3 });
    expect(await spent(it)).toBe(totalCostNanoUsd);
    expect((await reconcile(it)).corrections).toEqual([]);
  });

  it('is that of the user whose budget it is', async () => {
    const it = await world({ ...MONTH, scope: { user: '*' } });
    await it.app.claude.with({ user: 'bob' }).messages.create(PARAMS);
    const bobs = await spent(it, 'bob');
    const billed = await callAndDie(it, 'ada');
    await reconcile(it);
    it.app.clock.skip(DAY_MS);
    expect((await reconcile(it)).corrections).toMatchObject([{ who: 'ada', outcome: 'corrected' }]);
    expect([await spent(it, 'ada'), await spent(it, 'bob')]).toEqual([billed, bobs]);
  });

  it('is that of the endpoint whose budget it is, by what its workspace was billed', async () => {
    const workspaces = { search: 'wrkspc_search', chat: null };
    const budget = { ...MONTH, scope: { key: '*' } };
    const it = await world(budget, { endpoints: ENDPOINTS, reconciliation: { workspaces }, simulator: SIMULATED });
    const billed = await callAndDie(it, 'search', 'sk-ant-search');
    // Somebody else, of the other workspace.
    await strangerAt(it.app, 'sk-ant-chat').messages.create(PARAMS);
    expect(inShort((await reconcile(it)).differences)).toEqual([
      '2026-11-02 model claude-haiku-5-5 in default: missing-here',
      '2026-11-02 model claude-haiku-5-5 in wrkspc_search: lapsed',
    ]);
    it.app.clock.skip(DAY_MS);
    expect((await reconcile(it)).corrections).toMatchObject([{ who: 'search', outcome: 'corrected' }]);
    expect(await spent(it, 'search')).toBe(billed);
  });

  it('is left alone where the budget pays for endpoints that are not compared', async () => {
    const workspaces = { chat: null };
    const it = await world(MONTH, { endpoints: ENDPOINTS, reconciliation: { workspaces }, simulator: SIMULATED });
    await callAndDie(it, '', 'sk-ant-search');
    await reconcile(it);
    it.app.clock.skip(DAY_MS);
    expect((await reconcile(it)).corrections).toMatchObject([{ outcome: 'not-covered', loweredNanoUsd: 0 }]);
    expect(await spent(it)).toBe(WORST_NANO_USD);
  });
});
