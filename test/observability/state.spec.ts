import { MemoryAdmissionStore, type LedgerStanding, type UsageEntry } from 'nestjs-claude';
import { ManualClock } from 'nestjs-claude/testing';
import { LateStore } from '../../libs/claude/src/admission/spec-support/late-store.js';
import { systemClock } from '../../libs/claude/src/call/clock.js';
import { eventually, FAST_RETRY, PARAMS } from '../support/claude-harness.js';
import { WatchedClock } from '../support/watched-clock.js';
import { bootMetrics } from './support.js';

const INSTANCE = 'claude_instance="default"';
const MODEL = 'claude-haiku-5-5';

/** Waits, in real time, until something holds that takes a moment to find out. */
async function settled(holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 5_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error('It never came to be.');
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

it('tells the state of circuits, folding those that have no name of their own', async () => {
  const { claude, circuits, scrape } = await bootMetrics({ retry: false }, {}, { metrics: { circuits: ['search'] } });
  await claude.messages.create(PARAMS);
  await claude.messages.create({ ...PARAMS, model: 'claude-made-up' }).catch(() => null);
  for (const key of ['search', 'mine', 'yours']) await circuits.execute(key, async () => key);
  circuits.controller(`default/${MODEL}`).isolate();
  circuits.controller('own:mine').isolate();

  const { series } = await scrape();
  const states = [...series].filter(([name]) => name.startsWith('anthropic_circuit_state'));
  expect(Object.fromEntries(states.map(([name, value]) => [/circuit="([^"]*)"/.exec(name)?.[1], value]))).toEqual({
    default: 0,
    [`default/${MODEL}`]: 3,
    'default/other': 0,
    'own:search': 0,
    'own:other': 3,
  });
});

it('tells how an open circuit comes back', async () => {
  const clock = new ManualClock();
  const harness = await bootMetrics(
    { retry: false, circuit: { consecutiveFailures: 1, successesToClose: 1 } },
    {},
    { clock: new WatchedClock(clock) },
  );
  const state = async (): Promise<number | undefined> =>
    (await harness.scrape()).series.get(`anthropic_circuit_state{${INSTANCE},circuit="default/${MODEL}"}`);
  harness.sim.onMessage().failWith(529).once();
  await harness.claude.messages.create(PARAMS).catch(() => null);
  expect(await state()).toBe(2);

  clock.advance(60_000);
  expect(await state()).toBe(1);
  await harness.claude.messages.create(PARAMS);
  expect(await state()).toBe(0);
});

it('tells what limits have left, when they have more, and who waits', async () => {
  const clock = new ManualClock();
  const harness = await bootMetrics(
    { rateLimit: { requestsPerMinute: 60, burst: { requests: 1 }, safety: 1 } },
    {},
    { clock: new WatchedClock(clock), random: () => 0 },
  );
  const pool = `${INSTANCE},domain="default",model_class="haiku-5-5"`;
  await harness.claude.messages.create(PARAMS);
  const waiting = harness.claude.messages.create(PARAMS);
  await settled(async () => (await harness.limiter.snapshot()).limits.some(({ queued }) => queued > 0));

  const scraped = await harness.scrape();
  const requests = `{${pool},dimension="requests"}`;
  expect(scraped.series.get(`anthropic_limit_headroom${requests}`)).toBe(0);
  expect(scraped.series.get(`anthropic_limit_headroom_ratio${requests}`)).toBe(0);
  expect(scraped.series.get(`anthropic_limit_wait_seconds${requests}`)).toBeCloseTo(1, 6);
  expect(scraped.series.get(`anthropic_queue_length{${pool}}`)).toBe(1);
  expect(scraped.series.get(`anthropic_concurrency_in_flight{${INSTANCE},endpoint="default"}`)).toBe(0);
  expect(scraped.series.get(`anthropic_concurrency_limit{${INSTANCE},endpoint="default"}`)).toBeGreaterThan(0);

  clock.advance(1_000);
  await waiting;
  const after = await harness.scrape();
  expect(after.series.get(`anthropic_queue_length{${pool}}`)).toBe(0);
  expect(after.sum('anthropic_queue_wait_seconds_sum')).toBeCloseTo(1, 6);
  expect(after.sum('anthropic_queue_wait_seconds_count')).toBe(2);
  // What waits for limits is none of our own doing.
  expect(after.sum('anthropic_overhead_seconds_sum')).toBeLessThan(0.01);
});

it('tells how budgets stand without saying whose they are', async () => {
  const harness = await bootMetrics({
    cost: {
      budgets: [
        { name: 'all', limitUsd: 1, window: 'day' },
        { name: 'each', limitUsd: 0.5, window: 'day', scope: { user: '*' } },
      ],
    },
  });
  await harness.claude.with({ user: 'ada' }).messages.create(PARAMS);
  await harness.claude.with({ user: 'bob' }).messages.create({ ...PARAMS, max_tokens: 1 });

  const [ada = NaN, bob = NaN] = harness.records.map(({ costNanoUsd }) => (costNanoUsd ?? NaN) / 1e9);
  const scraped = await harness.scrape();
  const of = (name: string, budget: string): number =>
    scraped.series.get(`anthropic_budget_${name}{${INSTANCE},budget="${budget}"}`) ?? NaN;
  expect(of('remaining_usd', 'all')).toBeCloseTo(1 - ada - bob, 9);
  expect(of('used_ratio', 'all')).toBeCloseTo(ada + bob, 9);
  expect(of('remaining_usd', 'each')).toBeCloseTo(0.5 - Math.max(ada, bob), 9);
  expect(of('used_ratio', 'each')).toBeCloseTo(Math.max(ada, bob) / 0.5, 9);
  expect(of('reserved_usd', 'all')).toBe(0);
  expect(scraped.text).not.toMatch(/ada|bob/);
});

it('tells what calls under way have reserved', async () => {
  const harness = await bootMetrics({ cost: { budgets: [{ name: 'all', limitUsd: 1, window: 'day' }] } });
  harness.sim.onMessage().failWith({ kind: 'hang' });
  const caller = new AbortController();
  const asked = harness.claude.messages.create(PARAMS, { signal: caller.signal }).catch(() => null);
  await eventually(() => harness.transport.stats.activeRequests === 1, 'the request was sent');

  const reserved = (await harness.scrape()).sum('anthropic_budget_reserved_usd');
  caller.abort();
  await asked;
  expect(reserved).toBeCloseTo((harness.record().attempts[0]?.reservedNanoUsd ?? NaN) / 1e9, 9);
  expect(reserved).toBeGreaterThan(0);
});

it('tells how sinks of the ledger keep up', async () => {
  const written: UsageEntry[] = [];
  let fails = true;
  const sink = {
    name: 'warehouse',
    write: (entries: readonly UsageEntry[]): void => {
      if (fails) throw new Error('The sink of a test is away.');
      written.push(...entries);
    },
  };
  const harness = await bootMetrics({ retry: FAST_RETRY, cost: { sinks: [sink] } });
  await harness.claude.messages.create(PARAMS);
  await eventually(() => (harness.costs.sinks[0]?.failures ?? 0) > 0, 'the sink failed', 10_000);
  const failing = await harness.scrape();
  expect(failing.of('anthropic_sink_queue_length')).toEqual({ [`{${INSTANCE},sink="warehouse"}`]: 1 });
  expect(failing.sum('anthropic_sink_failures_total')).toBeGreaterThan(0);

  fails = false;
  await harness.costs.flush();
  const well = await harness.scrape();
  expect(written).toHaveLength(1);
  expect(well.of('anthropic_sink_queue_length')).toEqual({});
  expect(well.sum('anthropic_sink_failures_total')).toBe(harness.costs.sinks[0]?.failures);
  expect(well.sum('anthropic_sink_dropped_total')).toBe(0);
});

it('tells for how long a ledger that is elsewhere has been away, and what waits for it', async () => {
  let standing: LedgerStanding = { awayForMs: 1_500, journalBytes: 4_096 };
  const store = {
    record: () => undefined,
    summarize: () => Promise.reject(new Error('The ledger of a test is away.')),
    recent: () => [],
    get standing(): LedgerStanding {
      return standing;
    },
  };
  const harness = await bootMetrics({ cost: { ledger: { store } } });
  const away = await harness.scrape();
  expect(away.of('anthropic_ledger_away_seconds')).toEqual({ [`{${INSTANCE}}`]: 1.5 });
  expect(away.of('anthropic_ledger_journal_bytes')).toEqual({ [`{${INSTANCE}}`]: 4_096 });
  standing = { awayForMs: null, journalBytes: 0 };
  const back = await harness.scrape();
  expect(back.series.get(`anthropic_ledger_away_seconds{${INSTANCE}}`)).toBe(0);
  expect(back.series.get(`anthropic_ledger_journal_bytes{${INSTANCE}}`)).toBe(0);
});

it('says nothing of a ledger in memory, which is never away', async () => {
  const scraped = await (await bootMetrics()).scrape();
  expect(scraped.text).not.toContain('anthropic_ledger_away_seconds{');
});

it('tells how long calls wait for a store that is elsewhere', async () => {
  const harness = await bootMetrics({ store: new LateStore(new MemoryAdmissionStore(systemClock)) });
  await harness.claude.messages.create(PARAMS);

  const scraped = await harness.scrape();
  expect(scraped.sum('anthropic_store_latency_seconds_count')).toBeGreaterThan(0);
  expect(scraped.sum('anthropic_store_latency_seconds_sum')).toBeGreaterThan(0);
  expect(scraped.sum('anthropic_store_failures_total')).toBe(0);
});
