import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVirtualKey } from 'nestjs-claude';
import { startPortkey } from './portkey.mjs';
import { start } from './processes.mjs';

/** Those of the start script, for all alike. */
const EXEC_ARGV = ['--max-semi-space-size=16'];

/** What a gateway has that is run for others: keys of callers, a budget, and metrics where the admin listener shows them. */
const EVERYTHING = { cost: { budgets: [{ name: 'everybody', limitUsd: 1_000_000, window: 'month' }] } };

/**
 * Starts the upstream and all that stand in front of it, each in a process of its own. The first is what the others are
 * compared with.
 *
 * @param everything Whether ours has all that it can have, and a gateway of others stands beside it where it installs.
 */
export async function startServers(everything) {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-bench-'));
  const upstream = await start('./replay.mjs');
  // First, as installing it takes longer than a connection to the others is kept open.
  const portkey = everything ? await startPortkey(upstream.url, EXEC_ARGV) : null;
  const env = { ANTHROPIC_BASE_URL: upstream.url, ANTHROPIC_API_KEY: 'bench', PORT: '0' };
  const proxy = await start('./undici-proxy.mjs', { env, execArgv: EXEC_ARGV });
  const express = await start('./by-hand.mjs', { env: { ...env, FRAMEWORK: 'express' }, execArgv: EXEC_ARGV });
  const fastify = await start('./by-hand.mjs', { env: { ...env, FRAMEWORK: 'fastify' }, execArgv: EXEC_ARGV });
  const { settings, headers } = everything ? everyRoom(folder) : { settings: {}, headers: {} };
  const log = join(folder, 'gateway.log');
  const gateway = await start('./gateway-process.mjs', { env: { ...env, ...settings }, execArgv: EXEC_ARGV, log });
  const servers = [
    { name: 'undici proxy', isQuick: true, ...proxy },
    { name: 'Nest Express by hand', isQuick: false, ...express },
    { name: 'Nest Fastify by hand', isQuick: false, ...fastify },
    ...(portkey?.server ? [portkey.server] : []),
    { name: 'gateway', isQuick: true, isOurs: true, headers, ...gateway },
  ];
  const stop = async () => {
    for (const server of [...servers, upstream]) await server.stop();
    rmSync(folder, { recursive: true });
  };
  return { upstream: { url: upstream.url }, servers, note: portkey?.note ?? null, stop };
}

function everyRoom(folder) {
  const { id, hash, key } = createVirtualKey('bench');
  const config = join(folder, 'claude.json');
  writeFileSync(config, JSON.stringify(EVERYTHING));
  const limits = { requestsPerMinute: 10_000_000, maxConcurrent: 10_000, budget: { limitUsd: 1_000_000 } };
  const settings = {
    CLAUDE_CONFIG: config,
    GATEWAY_KEYS: JSON.stringify({ keys: [{ id, hash, tags: { team: 'bench' }, ...limits }] }),
    ADMIN_PORT: '0',
    ADMIN_TOKEN: 'bench-token-0123456789',
  };
  return { settings, headers: { 'x-api-key': key } };
}
