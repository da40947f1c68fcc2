import { setTimeout as delay } from 'node:timers/promises';
import { createRandom } from '../../libs/claude/src/testing/seed.js';
import type { CallingProcess, Fleet, FleetOptions } from './fleet.js';

const PROCESSES = 4;

/** How many are killed. */
export const KILLED = 4;

/** Of those that are killed: a lease is over while a test waits for it. */
export const LEASE_MS = 8_000;
/** Whatever is over with its lease is over so much later at the latest. */
export const SLACK_MS = 4_000;

/** A fleet with a budget `all` that is never used up, and calls long enough to be under way whenever somebody is killed. */
export const TO_BE_KILLED = {
  options: {
    rateLimit: { requestsPerMinute: 1e6, tokensPerMinute: 1e9, maxConcurrent: 30, concurrency: false },
    cost: { budgets: [{ name: 'all', limitUsd: 100, window: 'month' }] },
  },
  simulator: { latency: { jsonMs: 200 } },
  params: {
    model: 'claude-haiku-5-5',
    max_tokens: 240,
    messages: [{ role: 'user', content: 'Tell me about the sea. '.repeat(31) }],
  },
  callers: 10,
  leaseMs: LEASE_MS,
} satisfies FleetOptions;

/** Kills one by chance again and again, and starts another in its place. Those that are left, and all that there were. */
export async function killAtRandom(fleet: Fleet): Promise<{ alive: CallingProcess[]; all: CallingProcess[] }> {
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
