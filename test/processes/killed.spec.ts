import { hasRedisServer } from '../support/redis-server.js';
import { Fleet } from './fleet.js';
import { KILLED, killAtRandom, LEASE_MS, SLACK_MS, TO_BE_KILLED } from './kill-at-random.js';

const itWithRedis = hasRedisServer('what becomes of processes that are killed') ? it : it.skip;

/** Every sum there can be with one of each. */
function sumsOf(choices: readonly (readonly number[])[]): readonly number[] {
  let sums = [0];
  for (const each of choices) sums = [...new Set(sums.flatMap((sum) => each.map((one) => sum + one)))];
  return sums;
}

itWithRedis(
  'processes that are killed leave nothing reserved past its lease, and every difference to the bill has a name',
  async () => {
    const fleet = await Fleet.start(TO_BE_KILLED);
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
  300_000,
);
