import type { BudgetOptions, ClaudeModuleOptions, StoreEvent } from 'nestjs-claude';
import { MemoryAdmissionStore } from '../../libs/claude/src/admission/memory-store.js';
import { LateStore } from '../../libs/claude/src/admission/spec-support/late-store.js';
import { ManualClock } from '../../libs/claude/src/testing/clock/manual-clock.js';
import { eventually, PARAMS, rejection } from '../support/claude-harness.js';
import { bootLimits, limitsOf, type LimitHarness } from '../support/limit-harness.js';
import { expectNothingHeld, fault } from './support.js';

/** As long as a store may take unless `storeOutage.answerWithinMs` says otherwise. */
const WITHIN_MS = 250;
const LIMITS = { requestsPerMinute: 600, burst: { requests: 100 }, tokensPerMinute: 1_000_000 };
const HARD: BudgetOptions = { name: 'all', limitUsd: 1, window: 'month' };

let harness: LimitHarness;
let store: LateStore;
let events: StoreEvent['type'][];
afterEach(() => expectNothingHeld(harness));

async function boot(claude: ClaudeModuleOptions = {}): Promise<void> {
  const still = new ManualClock();
  store = new LateStore(new MemoryAdmissionStore(still));
  harness = await bootLimits(LIMITS, { store, circuit: false, ...claude }, {}, still);
  events = [];
  harness.limiter.storeEvents.subscribe(({ type }) => events.push(type));
}

/** The store does what it is asked, and says so two seconds later. */
function answerLate(): () => void {
  let release = (): void => undefined;
  store.held = new Promise((resolve) => (release = resolve));
  return () => {
    store.held = null;
    release();
  };
}

const create = (): Promise<unknown> => harness.claude.messages.create(PARAMS);

async function untilAsked(): Promise<void> {
  await eventually(() => store.pending === 1, 'the store was asked');
}

fault(37, 'a call does not wait two seconds for a slow store, and is counted once that answers', async () => {
  await boot();
  const release = answerLate();
  const call = create();
  await untilAsked();
  harness.still.advance(WITHIN_MS);
  await call;
  expect(harness.record().outcome.kind).toBe('succeeded');
  expect(events).toEqual(['store-failed']);
  expect(harness.limiter.storeStats).toMatchObject({ isFailing: true, failures: 1, letThrough: 1, refused: 0 });
  harness.still.advance(1_500);
  // Looked at by now: what is settled counts as of then, and has not flowed back.
  const look = limitsOf(harness);
  await eventually(() => store.pending > 1, 'the store was looked at');
  release();
  await look;
  await eventually(() => store.pending === 0, 'the store had answered everything');
  const { requests, tokens } = await limitsOf(harness);
  expect([requests.outstanding, tokens?.outstanding]).toEqual([0, 0]);
  const { inputTokens = NaN, outputTokens = NaN } = harness.record().usage ?? {};
  expect(tokens?.level).toBe(LIMITS.tokensPerMinute - inputTokens - outputTokens);
  expect(events).toEqual(['store-failed', 'store-recovered']);
});

fault(
  37,
  'a hard budget lets nothing through that its store has not reserved, and holds nothing afterwards',
  async () => {
    await boot({ cost: { budgets: [HARD] } });
    const release = answerLate();
    const call = rejection(create());
    await untilAsked();
    harness.still.advance(WITHIN_MS);
    expect(await call).toMatchObject({ code: 'store_unavailable', scope: 'budget all' });
    expect(harness.record().outcome).toEqual({ kind: 'refused', code: 'store_unavailable' });
    expect(harness.sim.requests).toEqual([]);
    expect(harness.limiter.storeStats).toMatchObject({ letThrough: 0, refused: 1 });
    release();
    await eventually(() => store.pending === 0, 'what came too late was given back');
    expect(await harness.budgets.get('all')).toMatchObject({ reservedUsd: 0, spentUsd: 0 });
  },
);

fault(37, 'limits are as closed as they are configured to be', async () => {
  await boot({ storeOutage: { limits: 'closed', answerWithinMs: 20 } });
  const release = answerLate();
  const call = rejection(create());
  await untilAsked();
  harness.still.advance(20);
  expect(await call).toMatchObject({ code: 'store_unavailable' });
  expect(harness.sim.requests).toEqual([]);
  release();
  await eventually(() => store.pending === 0, 'what came too late was given back');
});

fault(37, 'hard budgets are as open as they are configured to be, and learn what was spent meanwhile', async () => {
  await boot({ storeOutage: { hardBudgets: 'open' }, cost: { budgets: [HARD] } });
  store.failure = new Error('away');
  await create();
  store.failure = null;
  await create();
  const spent = harness.records.reduce((sum, { costNanoUsd }) => sum + (costNanoUsd ?? NaN), 0) / 1e9;
  await eventually(() => store.pending === 0, 'the store had been told everything');
  // What was spent while it was away has been made up for.
  expect(await harness.budgets.get('all')).toMatchObject({ reservedUsd: 0, spentUsd: spent });
});

fault(37, 'a store that stays away is left alone for five seconds at a time', async () => {
  await boot();
  store.failure = new Error('away');
  for (let calls = 0; calls < 3; calls++) await create();
  await eventually(() => store.pending === 0, 'the store had failed at everything');
  answerLate();
  await create();
  expect(harness.limiter.storeStats).toMatchObject({ isFailing: true, failures: 3, letThrough: 4, refused: 0 });
  store.failure = null;
  store.held = null;
  harness.still.advance(5_000);
  await eventually(() => harness.limiter.storeStats?.isFailing === false, 'it was seen to be back');
  await create();
  expect(harness.limiter.storeStats).toMatchObject({ isFailing: false, failures: 3, letThrough: 4 });
  await eventually(() => events.length === 3, 'the store was told what it had missed');
  expect(events).toEqual(['store-failed', 'store-recovered', 'store-caught-up']);
});
