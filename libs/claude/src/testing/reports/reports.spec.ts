import { ManualClock } from '../clock/manual-clock.js';
import type { AnthropicSimulator } from '../simulator.js';
import { clientOf, errorOf, HELLO, KEY, MODEL, send, startSimulator } from '../spec-support/harness.js';

const ADMIN_KEY = 'sk-ant-admin01-test';
const USAGE = '/v1/organizations/usage_report/messages';
const COST = '/v1/organizations/cost_report';
const DAY_MS = 86_400_000;
const FROM = 'starting_at=2026-01-01T00:00:00Z';

interface Bucket {
  readonly starting_at: string;
  readonly ending_at: string;
  readonly results: readonly Readonly<Record<string, unknown>>[];
}

interface Page {
  readonly data: readonly Bucket[];
  readonly has_more: boolean;
  readonly next_page: string | null;
}

function ask(simulator: AnthropicSimulator, path: string, key = ADMIN_KEY): Promise<Response> {
  return send(simulator, path, { headers: { authorization: undefined, 'x-api-key': key } });
}

async function report(simulator: AnthropicSimulator, path: string): Promise<Page> {
  const response = await ask(simulator, path);
  expect(response.status).toBe(200);
  return (await response.json()) as Page;
}

async function started(clock = new ManualClock()): Promise<{ simulator: AnthropicSimulator; clock: ManualClock }> {
  const simulator = await startSimulator({ adminKeys: [ADMIN_KEY], workspaces: { [KEY]: 'wrkspc_1' }, clock });
  return { simulator, clock };
}

describe('the report of usage', () => {
  it('has what was billed, by whatever it is asked to tell apart', async () => {
    const { simulator } = await started();
    const { usage } = await clientOf(simulator).messages.create(HELLO);
    await clientOf(simulator, { apiKey: 'other' }).messages.create({ ...HELLO, model: 'claude-opus-5-5' });
    const tokens = {
      uncached_input_tokens: usage.input_tokens,
      cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
      cache_read_input_tokens: 0,
      output_tokens: usage.output_tokens,
      server_tool_use: { web_search_requests: 0 },
    };
    const nothing = { api_key_id: null, workspace_id: null, model: null, service_tier: null, context_window: null };
    const { data } = await report(simulator, `${USAGE}?${FROM}&group_by[]=model&group_by[]=workspace_id`);
    expect(data[0]).toMatchObject({ starting_at: '2026-01-01T00:00:00Z', ending_at: '2026-01-02T00:00:00Z' });
    expect(data[0]?.results).toEqual([
      { ...tokens, ...nothing, inference_geo: null, model: MODEL, workspace_id: 'wrkspc_1' },
      expect.objectContaining({ model: 'claude-opus-5-5', workspace_id: null }),
    ]);
    const whole = await report(simulator, `${USAGE}?${FROM}`);
    expect(whole.data[0]?.results).toMatchObject([
      { output_tokens: simulator.billed.totals.outputTokens, model: null },
    ]);
    const one = await report(simulator, `${USAGE}?${FROM}&models[]=${MODEL}&workspace_ids[]=wrkspc_1`);
    expect(one.data[0]?.results).toMatchObject([{ output_tokens: usage.output_tokens }]);
  });

  it.each([
    ['1m', 3, '2026-01-01T00:02:00Z'],
    ['1h', 1, '2026-01-01T01:00:00Z'],
    ['1d', 1, '2026-01-02T00:00:00Z'],
  ])('is cut into buckets of %s', async (width, buckets, end) => {
    const { simulator, clock } = await started();
    clock.advance(61_000);
    await clientOf(simulator).messages.create(HELLO);
    clock.advance(60_000);
    const { data } = await report(simulator, `${USAGE}?${FROM}&bucket_width=${width}`);
    expect(data).toHaveLength(buckets);
    expect(data.filter(({ results }) => results.length > 0).map(({ ending_at: endingAt }) => endingAt)).toEqual([end]);
  });

  it('comes in pages', async () => {
    const { simulator, clock } = await started();
    clock.advance(9 * DAY_MS);
    const first = await report(simulator, `${USAGE}?${FROM}`);
    expect([first.data.length, first.has_more]).toEqual([7, true]);
    const second = await report(simulator, `${USAGE}?${FROM}&page=${first.next_page}`);
    expect(second).toMatchObject({ has_more: false, next_page: null });
    expect([...first.data, ...second.data].map(({ starting_at: at }) => at.slice(8, 10))).toEqual(
      Array.from({ length: 10 }, (_, day) => String(day + 1).padStart(2, '0')),
    );
    const until = await report(simulator, `${USAGE}?${FROM}&ending_at=2026-01-03T12:00:00Z&limit=31`);
    expect(until.data.map(({ ending_at: at }) => at)).toEqual(['2026-01-02T00:00:00Z', '2026-01-03T00:00:00Z']);
  });

  it.each([
    ['', 'starting_at: Field required'],
    ['starting_at=today', 'starting_at: Input should be a valid RFC 3339 datetime'],
    [`${FROM}&ending_at=2026-01-01T00:00:00Z`, 'ending_at: Input should be after starting_at'],
    [`${FROM}&bucket_width=1w`, 'bucket_width: Input should be 1m or 1h or 1d'],
    [`${FROM}&limit=32`, 'limit: Input should be a whole number between 1 and 31'],
    [`${FROM}&group_by[]=user`, 'group_by[]: Input should be one of'],
    [`${FROM}&page=2`, 'page: Invalid page token'],
    [`${FROM}&user=1`, 'user: Extra inputs are not permitted'],
  ])('refuses %j', async (query, message) => {
    const { simulator } = await started();
    const response = await ask(simulator, `${USAGE}?${query}`);
    expect([response.status, (await errorOf(response)).message]).toEqual([400, expect.stringContaining(message)]);
  });
});

describe('the report of costs', () => {
  it('has what was billed in cents, exact, by workspace and what it was for', async () => {
    const { simulator } = await started();
    simulator.onMessage().reply('x'.repeat(400));
    const { usage } = await clientOf(simulator).messages.create({ ...HELLO, model: 'claude-haiku-5-5' });
    const { data } = await report(simulator, `${COST}?${FROM}&group_by[]=workspace_id&group_by[]=description`);
    const shared = { currency: 'USD', workspace_id: 'wrkspc_1', cost_type: 'tokens', model: 'claude-haiku-5-5' };
    // 0.10 and 0.50 dollars for a million tokens: 0.00001 and 0.00005 cents for one.
    expect(data[0]?.results).toMatchObject([
      { ...shared, token_type: 'uncached_input_tokens', amount: decimal(usage.input_tokens) },
      { ...shared, token_type: 'output_tokens', amount: decimal(usage.output_tokens * 5) },
    ]);
    const { data: whole } = await report(simulator, `${COST}?${FROM}`);
    const amount = decimal(usage.input_tokens + usage.output_tokens * 5);
    expect(whole[0]?.results).toMatchObject([{ amount, workspace_id: null, model: null, description: null }]);
  });

  it('knows days alone', async () => {
    const { simulator } = await started();
    expect((await ask(simulator, `${COST}?${FROM}&bucket_width=1h`)).status).toBe(400);
  });
});

describe('who may read reports', () => {
  it.each([
    ['nobody', '', 401, 'authentication_error'],
    ['an unknown key', 'sk-ant-admin01-other', 401, 'authentication_error'],
    ['a key for calls', KEY, 403, 'permission_error'],
  ])('is not %s', async (_, key, status, type) => {
    const { simulator } = await started();
    await clientOf(simulator).messages.create(HELLO);
    const response = await ask(simulator, `${USAGE}?${FROM}`, key);
    expect([response.status, (await errorOf(response)).type]).toEqual([status, type]);
  });

  it('may do nothing else', async () => {
    const { simulator } = await started();
    expect((await ask(simulator, '/v1/models')).status).toBe(401);
  });

  it('is nobody unless there are admin keys', async () => {
    const simulator = await startSimulator();
    expect((await ask(simulator, `${USAGE}?${FROM}`)).status).toBe(401);
  });
});

describe('a rule for reports', () => {
  it('replies, or fails', async () => {
    const { simulator } = await started();
    simulator.onReports().reply({ data: [], has_more: false }).once().thenFailWith(529);
    expect(await report(simulator, `${USAGE}?${FROM}`)).toEqual({ data: [], has_more: false });
    expect((await ask(simulator, `${COST}?${FROM}`)).status).toBe(529);
  });
});

/** So many hundred-thousandths, as a decimal. */
function decimal(count: number): string {
  return (count / 100_000).toFixed(5).replace(/0+$/, '');
}
