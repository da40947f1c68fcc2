import { setTimeout as delay } from 'node:timers/promises';
import { createRandom } from '../../libs/claude/src/testing/seed.js';
import { hasRedisServer } from '../support/redis-server.js';
import { Fleet, type CallingProcess } from './fleet.js';

const PROCESSES = 4;
const CALLERS = 10;
const KILLED = 4;
const LEASE_MS = 8_000;
/** Whatever is over with its lease is over so much later at the latest. */
const SLACK_MS = 4_000;

const PARAMS = {
  model: 'claude-haiku-5-5',
  max_tokens: 240,
  messages: [{ role: 'user' as const, content: 'Tell me about the sea. '.repeat(31) }],
};

const OPTIONS = {
  rateLimit: { requestsPerMinute: 1e6, tokensPerMinute: 1e9, maxConcurrent: 30, concurrency: false as const },
  cost: { budgets: [{ name: 'all', limitUsd: 100, window: 'month' as const }] },
};

const itWithRedis = hasRedisServer('what becomes of processes that are killed') ? it : it.skip;

/** Kills one by chance again and again, and starts another in its place. Those that are left, and all that there were. */
async function killAtRandom(fleet: Fleet): Promise<{ alive: CallingProcess[]; all: CallingProcess[] }> {
  const random = createRandom(3);
  const alive = await fleet.launch(PROCESSES);
  const all = [...alive];
  for (let killed = 0; killed < KILLED; killed += 1) {
    await delay(300 + random() * 700);
    const [victim] = alive.splice(Math.floor(random() * alive.length), 1);
    await victim?.kill();
    const [next] = await fleet.launch(1);
    if (next === undefined) continue;
    alive.push(next);
    all.push(next);
  }
  return { alive, all };
}

/** Every sum there can be with one of each. */
function sumsOf(choices: readonly (readonly number[])[]): readonly number[] {
  let sums = [0];
  for (const each of choices) sums = [...new Set(sums.flatMap((sum) => each.map((one) => sum + one)))];
  return sums;
}

itWithRedis(
  'processes that are killed leave nothing reserved past its lease, and every difference to the bill has a name',
  async () => {
    const fleet = await Fleet.start({
      options: OPTIONS,
      // Long enough for calls to be under way whenever somebody is killed.
      simulator: { latency: { jsonMs: 200 } },
      params: PARAMS,
      callers: CALLERS,
      leaseMs: LEASE_MS,
    });
    const { alive, all } = await killAtRandom(fleet);
    const tallies = await Promise.all(alive.map((each) => each.stop()));
    const stoppedAt = performance.now();
    expect(tallies.map(({ errors, refused }) => ({ errors, refused }))).toEqual(
      tallies.map(() => ({ errors: [], refused: {} })),
    );

    const money = all.map((each) => each.money());
    const lapsed = new Map(money.flatMap((each) => [...each.lapsed]));
    const unknown = money.flatMap((each) => each.unknown);
    expect(lapsed.size).toBeGreaterThan(0);
    await fleet.sim.whenIdle({ allowKeepAlive: true, timeoutMs: 10_000 });

    // What is known of limits here is what our own calls were held to. Ours waits for no lease: there are places enough.
    const own = await fleet.call();
    await fleet.untilNothingIsHeld('all', LEASE_MS + SLACK_MS - (performance.now() - stoppedAt));

    const { spent } = await fleet.budget('all');
    const settled = money.reduce((sum, each) => sum + each.settled, 0);
    const lapsedSum = [...lapsed.values()].reduce((sum, each) => sum + each, 0);
    console.log(
      `${KILLED} of ${all.length} processes killed: $${(spent / 1e9).toFixed(6)} spent, $${(fleet.billed() / 1e9).toFixed(6)} ` +
        `billed; ${lapsed.size} reservations lapsed ($${(lapsedSum / 1e9).toFixed(6)}), ${unknown.length} were in between`,
    );
    expect(spent).toBeGreaterThanOrEqual(fleet.billed());
    expect(sumsOf(unknown).map((sum) => own + settled + lapsedSum + sum)).toContain(spent);
  },
  180_000,
);
