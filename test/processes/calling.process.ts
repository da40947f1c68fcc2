// A process with a module of its own whose limits and budgets are in Redis. It calls until it is told to stop, or is killed.
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { isClaudeError } from 'nestjs-claude';
import { RedisAdmissionStore } from 'nestjs-claude/redis';
import { createRuntime, type ClaudeRuntime } from '../../libs/claude/src/claude.runtime.js';
import { resolveSettings } from '../../libs/claude/src/config/settings.js';
import { WatchedClock } from '../support/watched-clock.js';
import { JournalledStore } from './journalled-store.js';
import { withSharedLedger } from './shared-ledger.js';
import type { FromProcess, Orders, Tally, ToProcess } from './orders.js';

/** Before somebody who was refused asks again. */
const AGAIN_MS = 200;

const stopping = new AbortController();
const refused: Record<string, number> = {};
const errors: string[] = [];
let succeeded = 0;

function tell(message: FromProcess): void {
  process.send?.(message);
}

async function call({ client }: ClaudeRuntime, { params }: Orders): Promise<void> {
  try {
    await client.messages.create(params);
    succeeded += 1;
  } catch (error) {
    const { name } = (error as Error).constructor;
    if (isClaudeError(error)) refused[name] = (refused[name] ?? 0) + 1;
    else errors.push(String(error));
    await delay(AGAIN_MS);
  }
}

async function work(orders: Orders): Promise<Tally> {
  const redis = new Redis(orders.redisUrl);
  const store = new JournalledStore(new RedisAdmissionStore({ client: redis }), orders.leaseMs, orders.journal);
  const clock = new WatchedClock();
  clock.setWall(orders.wallAheadMs);
  const { options, end } = await withSharedLedger(orders.options, orders.databaseUrl, clock);
  const runtime = createRuntime(resolveSettings({ ...options, store }), undefined, { clock });
  tell({ ready: true });
  const caller = async (): Promise<void> => {
    while (!stopping.signal.aborted) await call(runtime, orders);
  };
  await Promise.all(Array.from({ length: orders.callers }, caller));
  // Settling is off the callers' path, and Redis answers in the order it was asked.
  while (runtime.liveCalls.size > 0) await delay(5);
  await redis.ping();
  runtime.admission.close();
  await runtime.transport.close();
  redis.disconnect();
  await runtime.costs.flush();
  await end();
  return { succeeded, refused, errors };
}

process.on('unhandledRejection', (error) => errors.push(`nobody caught ${String(error)}`));
process.on('disconnect', () => process.exit(1));
process.on('message', (message: ToProcess) => {
  if ('stop' in message) stopping.abort();
  else void work(message.orders).then((tally) => process.send?.({ tally }, () => process.exit(0)));
});
