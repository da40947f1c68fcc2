// What the ledger in PostgreSQL takes: a million calls over thirty days of 2,000 users, 50 tags and 10 models, and the
// summary of all of it. The server is a private one of this machine, with the settings it comes with: each commit reaches the disk.
import { rm, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { migrate, PostgresUsageLedger } from '../libs/claude/dist/esm/postgres/index.js';
import { createRandom } from '../libs/claude/dist/esm/testing/seed.js';
import { DAY_MS, ledgerEntry } from './lib/ledger-entry.mjs';
import { quantile } from './lib/measure.mjs';
import { startPostgres } from './lib/postgres-server.mjs';

const ROWS = 1_000_000;
const DAYS = 30;
/** As the feed of a module brings them. */
const LOT = 500;
const LIVE_ROWS = 100_000;
const SUMMARIES = 50;

const LIMITS = { rowsPerSecond: 10_000, summaryMs: 50 };

export async function benchPostgres({ scale = 1 } = {}) {
  const server = await startPostgres();
  const directory = await mkdtemp(join(tmpdir(), 'bench-ledger-'));
  const pool = new pg.Pool({ connectionString: server.url });
  try {
    await migrate(pool);
    const ledger = new PostgresUsageLedger({ pool, journal: { directory }, queryMs: 60_000 });
    await ledger.open();
    await report(ledger, pool, Math.round(ROWS * scale));
    await ledger.close();
  } finally {
    await pool.end();
    await server.close();
    await rm(directory, { recursive: true, force: true });
  }
}

async function report(ledger, pool, rows) {
  const nowMs = Date.now();
  const perSecond = await fill(ledger, rows, (n) => nowMs - DAYS * DAY_MS + (n * DAYS * DAY_MS) / rows);
  const livePerSecond = await fill(ledger, LIVE_ROWS, () => Date.now(), 'live');
  const analyzed = pool.query('ANALYZE');
  await analyzed;
  const times = await summaryTimes(ledger);
  const { requests, byUser } = await ledger.summarize(lastDays());
  if (requests !== rows + LIVE_ROWS) throw new Error(`The ledger has ${requests} of ${rows + LIVE_ROWS} calls.`);
  const { rows: sizes } = await pool.query(
    `SELECT sum(pg_total_relation_size(c.oid)) FILTER (WHERE relname = 'usage_rollup') AS rollups, sum(pg_total_relation_size(c.oid)) AS all
     FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = 'nestjs_claude' AND relkind = 'r'`,
  );
  const [p50, max] = [quantile(times, 0.5), times.at(-1)];
  console.log(
    `\n| ledger in PostgreSQL ${versionOf(await pool.query('SHOW server_version'))} | figure | bound |\n|---|---:|---:|`,
  );
  console.log(
    `| ${rows} calls over ${DAYS} days, rows/s | ${perSecond.toFixed(0)} | at least ${LIMITS.rowsPerSecond}${missed(perSecond < LIMITS.rowsPerSecond)} |`,
  );
  console.log(`| ${LIVE_ROWS} calls of now, rows/s | ${livePerSecond.toFixed(0)} | |`);
  console.log(
    `| summary of ${DAYS} days, ${byUser.length} users told, p50 ms | ${p50.toFixed(1)} | at most ${LIMITS.summaryMs}${missed(p50 > LIMITS.summaryMs)} |`,
  );
  console.log(`| the same, max ms | ${max.toFixed(1)} | |`);
  console.log(
    `| bytes a call, rollups included (rollups alone) | ${perCall(sizes[0].all, requests)} (${perCall(sizes[0].rollups, requests)}) | |`,
  );
  if (perSecond < LIMITS.rowsPerSecond || p50 > LIMITS.summaryMs) process.exitCode = 1;
}

async function fill(ledger, rows, atMsOf, prefix = 'call') {
  const random = createRandom(7);
  let ms = 0;
  for (let from = 0; from < rows; from += LOT) {
    const lot = Array.from({ length: Math.min(LOT, rows - from) }, (_, n) =>
      ledgerEntry(`${prefix}-${from + n}`, from + n, Math.floor(atMsOf(from + n)), random),
    );
    const began = performance.now();
    await ledger.record(lot);
    ms += performance.now() - began;
  }
  if (ledger.stats.journalled > 0) throw new Error('The server did not take all of it.');
  return rows / (ms / 1_000);
}

async function summaryTimes(ledger) {
  const times = [];
  for (let round = 0; round < SUMMARIES; round++) {
    const began = performance.now();
    await ledger.summarize(lastDays());
    times.push(performance.now() - began);
  }
  return times.toSorted((a, b) => a - b);
}

function lastDays() {
  return { fromMs: Date.now() - DAYS * DAY_MS, toMs: Date.now() + 1 };
}

function missed(isMissed) {
  return isMissed ? ' **missed**' : '';
}

function perCall(bytes, calls) {
  return (Number(bytes) / calls).toFixed(0);
}

function versionOf({ rows }) {
  return rows[0].server_version.split(' ')[0];
}
