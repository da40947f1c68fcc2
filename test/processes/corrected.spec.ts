import { ReconciliationService, type ReconciliationReport } from 'nestjs-claude';
import { migrate } from 'nestjs-claude/postgres';
import { Pool } from 'pg';
import { describeWithPostgres, PostgresServer } from '../support/postgres-server.js';
import { hasRedisServer } from '../support/redis-server.js';
import { afterTest, Fleet } from './fleet.js';
import { KILLED, killAtRandom, LEASE_MS, SLACK_MS, TO_BE_KILLED } from './kill-at-random.js';

const ADMIN_KEY = 'sk-ant-admin01-simulated-admin-key-0123456789';
const DAY_MS = 86_400_000;

const itWithRedis = hasRedisServer('what is made of reservations of killed processes') ? it : it.skip;

/** How far ahead the tenth of this month is, ten in the morning: neither its day nor its month ends while the test looks. */
function untilTheTenth(): number {
  const now = new Date();
  return Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 10, 10) - now.getTime();
}

describeWithPostgres('What processes had reserved that share one Redis and one ledger, and were killed', () => {
  async function startWithLedger(): Promise<Fleet> {
    const postgres = await PostgresServer.start();
    afterTest(() => postgres.close());
    const pool = new Pool({ connectionString: postgres.url });
    afterTest(() => pool.end());
    await migrate(pool);
    const { options, simulator, ...fleet } = TO_BE_KILLED;
    return Fleet.start({
      ...fleet,
      options: { ...options, cost: { ...options.cost, reconciliation: { adminKey: ADMIN_KEY } } },
      simulator: { ...simulator, adminKeys: [ADMIN_KEY] },
      databaseUrl: postgres.url,
      wallAheadMs: untilTheTenth(),
    });
  }

  itWithRedis(
    'is named by reconciliation, which corrects the budget in Redis to what the API has billed',
    async () => {
      const fleet = await startWithLedger();
      const { alive, all } = await killAtRandom(fleet);
      await Promise.all(alive.map((each) => each.stop()));
      await fleet.sim.whenIdle({ allowKeepAlive: true, timeoutMs: 10_000 });
      await fleet.untilNothingIsHeld('all', LEASE_MS + SLACK_MS);
      const billed = fleet.billed();
      const { spent } = await fleet.budget('all');
      expect(spent).toBeGreaterThan(billed);

      const service = new ReconciliationService(fleet.runtime);
      afterTest(() => service.onApplicationShutdown());
      const reconcile = (): Promise<ReconciliationReport> => service.reconcile({ days: 20 }, { correct: true });
      // Its day is not over: nobody knows yet what more will be billed.
      const first = await reconcile();
      expect(first.differences).toMatchObject([{ kind: 'lapsed', isOpen: true }]);
      expect(first.corrections).toMatchObject([{ outcome: 'waits', loweredNanoUsd: 0 }]);
      expect((await fleet.budget('all')).spent).toBe(spent);

      fleet.clock.setWall(2 * DAY_MS);
      const { differences, corrections, ledger } = await reconcile();
      expect(differences).toMatchObject([{ kind: 'lapsed', isOpen: false, name: TO_BE_KILLED.params.model }]);
      expect(corrections).toMatchObject([{ budget: 'all', outcome: 'corrected', loweredNanoUsd: spent - billed }]);
      console.log(
        `${KILLED} of ${all.length} processes killed: $${usd(spent)} counted as spent, $${usd(billed)} billed, ` +
          `$${usd(ledger.costNanoUsd)} in the ledger`,
      );
      expect(await fleet.budget('all')).toEqual({ spent: billed, held: 0 });
      expect((await reconcile()).corrections).toMatchObject([{ loweredNanoUsd: 0 }]);
      expect(await fleet.budget('all')).toEqual({ spent: billed, held: 0 });
    },
    300_000,
  );
});

function usd(nanoUsd: number): string {
  return (nanoUsd / 1e9).toFixed(6);
}
