// What limits and budgets shared through Redis cost a call: claims of three limits and three budgets, reserved and settled, on
// a private server of its own, against a single consume of rate-limiter-flexible on the same server in the same run.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { RateLimiterRedis } from 'rate-limiter-flexible';
import { RedisAdmissionStore } from '../libs/claude/dist/esm/redis/index.js';
import { alternate, quantile } from './lib/measure.mjs';
import { meterOf } from './lib/meter.mjs';

const RESERVE = 'reserve, three limits and three budgets';
const SETTLE = 'settle, three limits and three budgets';
const THEIRS = 'rate-limiter-flexible Redis: consume, one limit';

/** Server time that a script may take, in microseconds. */
const MAX_SCRIPT_US = 25;
/** How much longer than a single consume a reservation may take. */
const MAX_RATIO = 1.3;

export async function benchRedis({ rounds = 15, scale = 1 } = {}) {
  const server = await startServer();
  const client = new Redis(server.port);
  try {
    const total = Math.ceil(2_000 * scale);
    const store = new RedisAdmissionStore({ client });
    const limiter = new RateLimiterRedis({ storeClient: client, points: 1e12, duration: 60 });
    const roundTrips = await countRoundTrips(client, store);
    const leases = [];
    const latencies = await alternate(
      [
        { name: THEIRS, run: () => medianLatency(() => limiter.consume('key', 1), total) },
        { name: RESERVE, run: () => medianLatency(async () => leases.push(await reserve(store)), total) },
        { name: SETTLE, run: () => medianLatency(() => store.settle(leases.pop(), USED), total) },
      ],
      rounds,
    );
    const script = {
      [RESERVE]: await scriptTime(client, async () => leases.push(await reserve(store)), total),
      [SETTLE]: await scriptTime(client, () => store.settle(leases.pop(), USED), total),
      [THEIRS]: await scriptTime(client, () => limiter.consume('key', 1), total),
    };
    report({ roundTrips, latencies, script, isWhole: scale >= 1 });
  } finally {
    client.disconnect();
    await server.stop();
  }
}

const METERS = [
  ...['requests', 'input-tokens', 'output-tokens'].map((kind) => meterOf(`default/claude-haiku-5-5/${kind}`, 1e12)),
  ...['all//2026-11', 'tenant/acme/2026-11-28'].map((key) => budgetOf(key, null)),
  budgetOf('user/somebody/', 86_400_000),
];
const CLAIMS = { meters: METERS, amounts: [1, 900, 300, 4_200_000, 4_200_000, 4_200_000] };
const USED = [1, 800, 250, 3_900_000, 3_900_000, 3_900_000];
/** As the module itself holds it. */
const LEASE = { leaseMs: 120_000 };

function budgetOf(key, rollingMs) {
  const limit = 9_000_000_000_000_000;
  return { kind: 'budget', key: `budget/${key}`, label: key, limit, isHard: true, rollingMs, keepMs: 86_400_000 };
}

async function reserve(store) {
  const lease = await store.acquire(CLAIMS, LEASE);
  if (!lease.granted) throw new Error('The limits were to be far away.');
  return lease;
}

/** Milliseconds from asking to the answer, one after the other. */
async function medianLatency(operation, total) {
  const latencies = new Float64Array(total);
  for (let i = 0; i < total; i += 1) {
    const began = performance.now();
    await operation();
    latencies[i] = performance.now() - began;
  }
  return { ms: quantile(latencies.toSorted(), 0.5) };
}

/** Commands that a call sends: all are sent at once, or one after the other. */
async function countRoundTrips(client, store) {
  await store.settle(await reserve(store), USED);
  await client.config('RESETSTAT');
  await store.settle(await reserve(store), USED);
  return (await statsOf(client)).calls;
}

/** Microseconds of the server's time that a script takes, all the commands in it included. */
async function scriptTime(client, operation, total) {
  await client.config('RESETSTAT');
  for (let i = 0; i < total; i += 1) await operation();
  return (await statsOf(client)).usPerCall;
}

async function statsOf(client) {
  const info = await client.info('commandstats');
  const line = /cmdstat_evalsha:calls=(\d+),usec=\d+,usec_per_call=([\d.]+)/.exec(info);
  return { calls: Number(line?.[1]), usPerCall: Number(line?.[2]) };
}

function report({ roundTrips, latencies, script, isWhole }) {
  const theirs = latencies.get(THEIRS).ms;
  const ratio = latencies.get(RESERVE).ms / theirs;
  console.log('\n| Redis | latency us | ratio | script us | at most |\n|---|---:|---:|---:|---:|');
  for (const [name, { ms }] of latencies) {
    const limit = name === THEIRS ? '' : `${MAX_SCRIPT_US}${script[name] > MAX_SCRIPT_US ? ' **missed**' : ''}`;
    console.log(
      `| ${name} | ${(ms * 1_000).toFixed(0)} | ${(ms / theirs).toFixed(2)} | ${script[name].toFixed(1)} | ${limit} |`,
    );
  }
  console.log(
    `\nRound trips of a call: ${roundTrips} (at most 2). Reserving takes ${ratio.toFixed(2)} times a consume (at most ${MAX_RATIO}).`,
  );
  const isMissed =
    roundTrips > 2 || ratio > MAX_RATIO || script[RESERVE] > MAX_SCRIPT_US || script[SETTLE] > MAX_SCRIPT_US;
  if (isWhole && isMissed) process.exitCode = 1;
}

async function startServer() {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'bench-redis-'));
  const port = await freePort();
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', directory, '--save', '', '--appendonly', 'no'];
  const child = spawn('redis-server', args, { stdio: 'ignore' });
  child.once('error', () => console.error('redis-server is not installed: install the package `redis-server`.'));
  while (!(await answersAt(port))) {
    if (child.exitCode !== null || child.pid === undefined) throw new Error('redis-server did not start.');
    await sleep(20);
  }
  return {
    port,
    async stop() {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function freePort() {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

function answersAt(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}
