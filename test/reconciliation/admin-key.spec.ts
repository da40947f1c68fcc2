import { inspect } from 'node:util';
import type { ClaudeModuleOptions, ReconciliationOptions } from 'nestjs-claude';
import { bootClaude, PARAMS, rejection, SIMULATED_KEY } from '../support/claude-harness.js';
import { ADMIN_KEY, bootReconciled } from './support.js';

const REPORTS = '/v1/organizations/';

describe('The admin key', () => {
  it.each([
    ['one that nobody knows', 'sk-ant-admin01-revoked', '(401)'],
    ['one for calls, which its form does not tell', 'sk-simulated-0123456789', '(403)'],
  ])('that is refused ends in an error that says what is needed: %s', async (_, adminKey, status) => {
    const app = await bootReconciled({
      reconciliation: { adminKey },
      simulator: { apiKeys: [SIMULATED_KEY, 'sk-simulated-0123456789'] },
    });
    const error = await rejection(app.reconciliation.reconcile());
    expect(error).toMatchObject({ code: 'key_unavailable' });
    expect(error.message).toContain(`\`cost.reconciliation.adminKey\` ${status}`);
    expect(error.message).toContain('`sk-ant-admin`');
    expect(inspect(error, { depth: 8 })).not.toContain(adminKey);
  });

  it('may come from a source, and one that fails is named', async () => {
    const getKey = (): Promise<string> => Promise.reject(new Error(`no ${ADMIN_KEY}`));
    const app = await bootReconciled({ reconciliation: { adminKey: { name: 'safe', getKey } } });
    const error = await rejection(app.reconciliation.reconcile());
    expect(error.message).toContain("`cost.reconciliation.adminKey`: The key source 'safe'");
    expect(inspect(error, { depth: 8 })).not.toContain(ADMIN_KEY);
    const other = await bootReconciled({
      reconciliation: { adminKey: { name: 'safe', getKey: () => Promise.resolve(ADMIN_KEY) } },
    });
    await expect(other.reconciliation.reconcile()).resolves.toMatchObject({ isBalanced: true });
  });

  it('makes no calls, and the key for calls reads no reports', async () => {
    const app = await bootReconciled();
    await app.claude.messages.create(PARAMS);
    await app.reconciliation.reconcile();
    const fingerprints = (isReport: boolean): Set<unknown> =>
      new Set(
        app.sim.requests
          .filter(({ path }) => path.startsWith(REPORTS) === isReport)
          .map(({ apiKeyFingerprint }) => apiKeyFingerprint),
      );
    expect(fingerprints(true).size).toBe(1);
    expect(fingerprints(false).size).toBe(1);
    expect(fingerprints(true)).not.toEqual(fingerprints(false));
    expect(app.records).toHaveLength(1);
  });

  it('is shown by nothing that is printed', async () => {
    const app = await bootReconciled();
    expect(app.runtime.redactor.exact(`a line with ${ADMIN_KEY}`)).not.toContain(ADMIN_KEY);
    const report = await app.reconciliation.reconcile();
    for (const shown of [app.runtime.settings, app.reconciliation, report, app.log])
      expect(inspect(shown, { depth: 12 })).not.toContain(ADMIN_KEY);
    expect(JSON.stringify(app.runtime.settings.cost)).not.toContain(ADMIN_KEY);
  });

  it.each<[string, unknown, string]>([
    ['an empty one', { adminKey: '' }, '`cost.reconciliation.adminKey` must be a non-empty string'],
    ['none', {}, '`cost.reconciliation.adminKey` must be a non-empty string'],
    ['one for calls', { adminKey: SIMULATED_KEY }, '`cost.reconciliation.adminKey` is a key for calls'],
    ['a placeholder', { adminKey: '<your key>' }, '`cost.reconciliation.adminKey` looks like a placeholder'],
    [
      'workspaces of no endpoint',
      { adminKey: ADMIN_KEY, workspaces: { nowhere: 'wrkspc_1' } },
      "`cost.reconciliation.workspaces['nowhere']` names no endpoint: there are 'default'",
    ],
    ['no workspace', { adminKey: ADMIN_KEY, workspaces: {} }, '`cost.reconciliation.workspaces` must be an object'],
    [
      'a share above 1',
      { adminKey: ADMIN_KEY, tolerance: { share: 2 } },
      '`cost.reconciliation.tolerance.share` must be',
    ],
    ['an unknown name', { adminKey: ADMIN_KEY, key: 'x' }, '`cost.reconciliation.key` is no option'],
  ])('and what stands beside it is checked at start: %s', async (_, given, message) => {
    const cost = { reconciliation: given as ReconciliationOptions } satisfies ClaudeModuleOptions['cost'];
    const error = await rejection(bootClaude({ cost }));
    expect(error.message).toContain(message);
    expect(error.message).not.toContain(SIMULATED_KEY);
  });
});

describe('Reports', () => {
  it('are asked for again where the Admin API is busy or fails', async () => {
    const app = await bootReconciled();
    await app.claude.messages.create(PARAMS);
    app.sim.onReports().failWith(429).times(2).thenFailWith(529).once();
    await expect(app.reconciliation.reconcile()).resolves.toMatchObject({ differences: [] });
    expect(app.sim.requests.filter(({ status }) => status !== 200)).toHaveLength(3);
  });

  it('that keep failing end in the error of the API', async () => {
    const app = await bootReconciled();
    app.sim.onReports().failWith(500);
    expect(await rejection(app.reconciliation.reconcile())).toMatchObject({ status: 500 });
  });

  it.each([
    ['a list', { data: {} }, '`data`'],
    ['an end', { data: [], has_more: true, next_page: null }, 'it has more pages and does not say where'],
    [
      'another end',
      { data: [], has_more: true, next_page: `page_${Buffer.from('2026-11-02T00:00:00Z').toString('base64url')}` },
      'it has no end after 200 pages',
    ],
    ['an amount', page({ amount: '1e3' }), '`data.0.results.0.amount`'],
    ['dollars', page({ currency: 'EUR' }), '`data.0.results.0.currency`'],
  ])('that lack %s are refused', async (_, reply, message) => {
    const app = await bootReconciled();
    app.sim.onReports().reply(reply);
    const error = await rejection(app.reconciliation.reconcile());
    expect(error).toMatchObject({ code: 'protocol_error' });
    expect(error.message).toMatch(/^The report of \/v1\/organizations\/\S+ cannot be read/);
    expect(error.message).toContain(message);
  });

  it.each<[string, object, string]>([
    ['that is to come', { from: Date.UTC(2027, 0, 1), to: Date.UTC(2027, 0, 2) }, 'has not begun'],
    ['that is too long', { days: 400 }, 'longer than 366 days'],
    ['that is none', { days: -1 }, '`period.days` must be'],
  ])('are not asked for a period %s', async (_, period, message) => {
    const app = await bootReconciled();
    await expect(app.reconciliation.reconcile(period as { days: number })).rejects.toThrow(message);
    expect(app.sim.requests).toEqual([]);
  });
});

/** A page that both reports could have, with one thing wrong. */
function page(wrong: object): { readonly data: readonly object[]; readonly has_more: false } {
  const result = {
    uncached_input_tokens: 0,
    cache_read_input_tokens: 0,
    output_tokens: 0,
    currency: 'USD',
    amount: '1',
    ...wrong,
  };
  return { data: [{ starting_at: '2026-11-02T00:00:00Z', results: [result] }], has_more: false };
}
