import {
  BudgetService,
  CostTrackerService,
  type BudgetOptions,
  type UsageShare,
  type UsageSummary,
} from 'nestjs-claude';
import type { Gateway } from '../../src/gateway.js';
import {
  ADMIN,
  errorIn,
  gatewayFor,
  gatewayWithConfig,
  HELLO,
  send,
  sendToAdmin,
  startPair,
  startSimulator,
  STREAM,
} from './support.js';

const DAY_MS = 86_400_000;

/** A gateway in front of nobody, for questions that no call has to be made for. */
function idleGateway(): Promise<Gateway> {
  return gatewayFor('http://127.0.0.1:9');
}

/** Three calls by two users and by nobody, on a gateway with an admin listener. */
async function usedGateway(): Promise<Gateway> {
  const { gateway } = await startPair({}, {}, ADMIN);
  const calls: Parameters<typeof send>[2][] = [
    { body: HELLO, headers: { 'x-claude-user': 'ada', 'x-claude-tags': 'team=search,tier=gold' } },
    { body: { ...STREAM, metadata: { user_id: 'bob' } }, headers: { 'x-claude-tags': 'team=sales' } },
    { body: { ...HELLO, model: 'claude-haiku-5-5' } },
  ];
  for (const call of calls) expect((await send(gateway, '/v1/messages', call)).status).toBe(200);
  return gateway;
}

async function read<T>(gateway: Gateway, path: string): Promise<T> {
  const { status, headers, text } = await sendToAdmin(gateway, path);
  expect([status, headers['content-type']]).toEqual([200, expect.stringMatching(/^application\/json/)]);
  return JSON.parse(text) as T;
}

function requestsByName(shares: readonly UsageShare[]): Record<string, number> {
  return Object.fromEntries(shares.map(({ name, requests }) => [name, requests]));
}

describe('GET /usage', () => {
  it('sums up the calls of the gateway, as the ledger has them', async () => {
    const gateway = await usedGateway();
    const { period, ...summary } = await read<UsageSummary>(gateway, '/usage/summary?days=30');
    const { period: _, ...expected } = await gateway.app.get(CostTrackerService).getSummary({ days: 30 });
    expect(summary).toEqual(expected);
    expect(summary).toMatchObject({ requests: 3, billedRequests: 3, unpricedRequests: 0 });
    expect(summary.totalCostUsd).toBeGreaterThan(0);
    expect(Date.parse(period.to) - Date.parse(period.from)).toBeGreaterThanOrEqual(30 * DAY_MS);
  });

  it('tells models, users and tags apart', async () => {
    const gateway = await usedGateway();
    const { totalCostNanoUsd } = await read<UsageSummary>(gateway, '/usage/summary');
    const [models, users, tags, teams] = await Promise.all(
      ['by-model', 'by-user', 'by-tag', 'by-tag?tag=team'].map((what) =>
        read<readonly UsageShare[]>(gateway, `/usage/${what}`),
      ),
    );
    expect(requestsByName(models ?? [])).toEqual({ 'claude-sonnet-5-5': 2, 'claude-haiku-5-5': 1 });
    expect(requestsByName(users ?? [])).toEqual({ ada: 1, bob: 1, '': 1 });
    expect(requestsByName(tags ?? [])).toMatchObject({ 'team=search': 1, 'team=sales': 1, 'tier=gold': 1 });
    expect(requestsByName(teams ?? [])).toEqual({ 'team=search': 1, 'team=sales': 1 });
    for (const shares of [models, users]) {
      expect(shares?.reduce((sum, share) => sum + share.totalCostNanoUsd, 0)).toBe(totalCostNanoUsd);
    }
  });

  it('answers for the time that is named', async () => {
    const gateway = await usedGateway();
    const requests = async (query: string): Promise<number> =>
      (await read<UsageSummary>(gateway, `/usage/summary?${query}`)).requests;
    const yesterday = new Date(Date.now() - DAY_MS).toISOString();
    expect(await requests('days=1')).toBe(3);
    expect(await requests('days=400')).toBe(3);
    expect(await requests(`from=${yesterday.slice(0, 10)}`)).toBe(3);
    expect(await requests(`from=${yesterday}&to=${new Date(Date.now() + 60_000).toISOString()}`)).toBe(3);
    expect(await requests('from=2025-01-01&to=2025-02-01T08:30%2B01:00')).toBe(0);
  });

  it.each([
    ['/usage/summary?days=0', 'days: must be a whole number from 1 to 400.'],
    ['/usage/summary?days=401', 'days: must be a whole number from 1 to 400.'],
    ['/usage/summary?days=1.5', 'days: must be a whole number from 1 to 400.'],
    ['/usage/summary?days=-1', 'days: must be a whole number from 1 to 400.'],
    ['/usage/summary?days=1e2', 'days: must be a whole number from 1 to 400.'],
    ['/usage/summary?days=', 'days: must be a whole number from 1 to 400.'],
    ['/usage/by-model?days=1&days=2', 'days: is given more than once: give it once.'],
    ['/usage/by-user?day=1', 'day: is no field of this query. Those that can be given are days, from, to.'],
    ['/usage/by-user?tag=team', 'tag: is no field of this query. Those that can be given are days, from, to.'],
    [
      '/usage/by-tag?__proto__=1',
      '__proto__: is no field of this query. Those that can be given are tag, days, from, to.',
    ],
    ['/usage/by-tag?tag=a&tag=b', 'tag: is given more than once: give it once.'],
    ['/usage/by-tag?days[]=1', 'days[]: is no field of this query.'],
    ['/usage/summary?from=yesterday', 'from: must be a day (UTC), e.g. 2026-11-01, or a time with its zone'],
    ['/usage/summary?from=2026-02-30', 'from: must be a day (UTC)'],
    ['/usage/summary?from=2026-13-01', 'from: must be a day (UTC)'],
    ['/usage/summary?from=2026-01-01T08:00', 'from: must be a day (UTC)'],
    ['/usage/summary?from=2026-01-01T25:00Z', 'from: must be a day (UTC)'],
    ['/usage/summary?from=2026-01-01&to=2026', 'to: must be a day (UTC)'],
    ['/usage/summary?from=2026-01-02&to=2026-01-01', 'from: must be before to, which is now unless it is given.'],
    ['/usage/summary?from=2026-01-01&to=2026-01-01', 'from: must be before to, which is now unless it is given.'],
    ['/usage/summary?from=2999-01-01', 'from: must be before to, which is now unless it is given.'],
    ['/usage/summary?to=2026-01-01', 'to: cannot be given without from: add from.'],
    ['/usage/summary?days=1&from=2026-01-01', 'days: cannot be given together with from: give one or the other.'],
    ['/usage/summary?days=1&to=2026-01-01', 'to: cannot be given without from: add from.'],
    ['/budgets?name=all', 'name: is no field of this query. None can be given here.'],
  ])('%s is a bad request', async (path, message) => {
    expect(errorIn(await send(await idleGateway(), path))).toMatchObject({
      status: 400,
      type: 'invalid_request_error',
      message: expect.stringContaining(message) as string,
    });
  });
});

describe('Budgets of CLAUDE_CONFIG', () => {
  const BUDGETS: readonly BudgetOptions[] = [
    { name: 'all', limitUsd: 5, window: 'month' },
    { name: 'each user', limitUsd: 0.0001, window: 'day', scope: { user: '*' } },
  ];

  async function budgetedGateway(): ReturnType<typeof startPair> {
    const sim = await startSimulator();
    const claude = { apiKey: 'k', baseURL: sim.url, retry: false, cost: { budgets: BUDGETS } };
    return { sim, gateway: await gatewayWithConfig(claude) };
  }

  it('are listed as they stand', async () => {
    const { gateway } = await budgetedGateway();
    const list = async (): Promise<unknown> => JSON.parse((await send(gateway, '/budgets')).text);
    expect(await list()).toEqual([
      expect.objectContaining({ name: 'all', who: '', mode: 'hard', limitUsd: 5, spentUsd: 0, reservedUsd: 0 }),
    ]);
    await send(gateway, '/v1/messages', { body: HELLO });
    const after = await gateway.app.get(BudgetService).list();
    expect(after[0]?.spentUsd).toBeGreaterThan(0);
    expect(await list()).toEqual(after);
  });

  it.each([false, true])('turn a call away with 402 and when to come back, as a stream: %s', async (stream) => {
    const { sim, gateway } = await budgetedGateway();
    const body = { ...HELLO, stream, metadata: { user_id: 'ada' } };
    const answer = await send(gateway, '/v1/messages', { body });
    expect(errorIn(answer)).toMatchObject({
      status: 402,
      type: 'billing_error',
      message: 'A budget has too little left for the call, so it was not made.',
    });
    expect(answer.headers['x-claude-refusal']).toBe('budget_exceeded');
    const { resetsAtMs } = await gateway.app.get(BudgetService).get('each user', 'ada');
    const leftSeconds = ((resetsAtMs ?? Number.NaN) - Date.now()) / 1_000;
    expect(Number(answer.headers['retry-after'])).toBeGreaterThanOrEqual(Math.floor(leftSeconds));
    expect(Number(answer.headers['retry-after'])).toBeLessThanOrEqual(leftSeconds + 60);
    expect(sim.requests).toEqual([]);
    expect((await send(gateway, '/v1/messages', { body: { ...HELLO, stream } })).status).toBe(200);
  });
});
