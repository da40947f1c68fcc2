import { setTimeout as delay } from 'node:timers/promises';
import { hasRedisServer } from '../support/redis-server.js';
import { Fleet } from './fleet.js';

const PROCESSES = 4;
const CALLERS = 25;
const LIMIT_USD = 0.05;
const LIMIT_NANO_USD = LIMIT_USD * 1e9;
/** Enough for a machine with much else to do; it ends as soon as nothing more fits. */
const RUN_MS = 90_000;
const AT_REST_MS = 2_000;

const PARAMS = {
  model: 'claude-haiku-5-5',
  max_tokens: 240,
  messages: [{ role: 'user' as const, content: 'Tell me about the sea. '.repeat(31) }],
};

const itWithRedis = hasRedisServer('a budget that several processes share') ? it : it.skip;

/** Looks again and again, until nothing is held and nothing more has been spent for a while. */
async function watchUntilSpent(fleet: Fleet): Promise<{ readonly looks: number; readonly most: number }> {
  const endsAt = performance.now() + RUN_MS;
  let [looks, most, spentBefore, since] = [0, 0, -1, performance.now()];
  while (performance.now() < endsAt && performance.now() - since < AT_REST_MS) {
    const { spent, held } = await fleet.budget('all');
    looks += 1;
    most = Math.max(most, spent + held);
    if (spent !== spentBefore || spent === 0) since = performance.now();
    spentBefore = spent;
    expect(spent + held).toBeLessThanOrEqual(LIMIT_NANO_USD);
    expect(fleet.billed()).toBeLessThanOrEqual(LIMIT_NANO_USD);
    await delay(20);
  }
  return { looks, most };
}

itWithRedis(
  'a hard budget that four processes spend from is never above its limit, by the books and by the bill',
  async () => {
    const options = {
      rateLimit: { requestsPerMinute: 1e6, tokensPerMinute: 1e9 },
      cost: { budgets: [{ name: 'all', limitUsd: LIMIT_USD, window: 'month' as const }] },
    };
    const fleet = await Fleet.start({ options, params: PARAMS, callers: CALLERS });
    const processes = await fleet.launch(PROCESSES);
    const { looks, most } = await watchUntilSpent(fleet);
    const tallies = await Promise.all(processes.map((each) => each.stop()));
    const { spent, held } = await fleet.budget('all');
    console.log(
      `$${(spent / 1e9).toFixed(4)} of $${LIMIT_USD} spent on ${fleet.sim.requests.length} requests; at most ` +
        `$${(most / 1e9).toFixed(4)} spent and held in ${looks} looks`,
    );
    expect([spent, held]).toEqual([fleet.billed(), 0]);
    expect(spent).toBeGreaterThan(0.9 * LIMIT_NANO_USD);
    expect(tallies.flatMap(({ errors }) => errors)).toEqual([]);
    expect(tallies.every(({ succeeded }) => succeeded > 0)).toBe(true);
    expect(new Set(tallies.flatMap(({ refused }) => Object.keys(refused)))).toEqual(new Set(['BudgetExceededError']));
  },
  180_000,
);
