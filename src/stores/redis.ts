import { Redis } from 'ioredis';
import { RedisAdmissionStore } from 'nestjs-claude/redis';
import { StartProblem } from './start-problem.js';

/** A connection that does not come up in this time is tried again. */
const CONNECT_MS = 5_000;

/** Where limits and budgets are counted for all gateways. */
export interface SharedMeters {
  readonly store: RedisAdmissionStore;
  close(): Promise<void>;
}

/** @throws SettingsError where it cannot be used. */
export async function openRedis(url: string): Promise<SharedMeters> {
  const client = new Redis(url, {
    connectTimeout: CONNECT_MS,
    // What is not answered is decided without it: a command that waits for a connection would come too late.
    maxRetriesPerRequest: 1,
    lazyConnect: true,
  });
  let refusal: unknown;
  // It would be printed otherwise. What it means for calls the store tells.
  client.on('error', (error: unknown) => (refusal ??= error));
  const store = new RedisAdmissionStore({ client });
  try {
    await client.connect();
    await store.start();
  } catch (error) {
    client.disconnect();
    throw new StartProblem('REDIS_URL', error, refusal);
  }
  return {
    store,
    async close() {
      await client.quit().catch(() => client.disconnect());
    },
  };
}
