import { eventually } from '../support/claude-harness.js';
import { hasRedisServer } from '../support/redis-server.js';
import { Fleet } from '../processes/fleet.js';
import { extra } from './support.js';

const LEASE_MS = 10_000;
/** What is over with its lease is over so much later at the latest, on a machine with much else to do. */
const SLACK_MS = 10_000;
const PLACES = 3;

const PARAMS = {
  model: 'claude-haiku-5-5',
  max_tokens: 100,
  messages: [{ role: 'user' as const, content: 'Tell me about the sea.' }],
};

const OPTIONS = {
  rateLimit: { requestsPerMinute: 1e6, tokensPerMinute: 1e9, maxConcurrent: PLACES, queue: { maxWaitMs: 60_000 } },
  cost: { budgets: [{ name: 'all', limitUsd: 10, window: 'month' as const }] },
};

const hasRedis = hasRedisServer('what is left of a worker that crashes');

extra(
  'worker crash',
  'what it had reserved and claimed is free once its lease is over, and counts as spent',
  async () => {
    if (!hasRedis) return;
    const fleet = await Fleet.start({ options: OPTIONS, params: PARAMS, callers: PLACES, leaseMs: LEASE_MS });
    fleet.sim.onMessage().failWith({ kind: 'hang' }).times(PLACES);
    const [worker] = await fleet.launch(1);
    await eventually(() => fleet.sim.activeRequests === PLACES, 'all places were taken', SLACK_MS);
    const before = await fleet.budget('all');
    expect(before).toEqual({ spent: 0, held: expect.any(Number) as number });
    expect(before.held).toBeGreaterThan(0);

    await worker?.kill();
    const crashedAt = performance.now();
    expect(await fleet.budget('all')).toEqual(before);
    // Ours has to wait for a place, which nobody is left to give back.
    const cost = await fleet.call();
    expect(performance.now() - crashedAt).toBeLessThan(LEASE_MS + SLACK_MS);
    expect([...(worker?.money().lapsed.values() ?? [])]).toHaveLength(PLACES);
    await eventually(() => fleet.runtime.liveCalls.size === 0, 'our own call was over');
    await fleet.untilNothingIsHeld('all', SLACK_MS);
    expect(await fleet.budget('all')).toEqual({ spent: before.held + cost, held: 0 });
  },
  120_000,
);
