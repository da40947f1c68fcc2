import { isPending } from '../admission/turnstile.js';
import { within } from '../admission/within.js';
import type { Clock } from '../call/clock.js';

/** What a query answers. */
export interface PgResult {
  readonly rows: readonly unknown[];
}

/** What is used of a connection of `pg`. */
export interface PgClient {
  query(text: string, values?: unknown[]): PromiseLike<PgResult>;
  /** @param destroy Whether it must not be used again. */
  release(destroy?: boolean): void;
  on?(event: 'error', listener: (error: Error) => void): unknown;
  removeListener?(event: 'error', listener: (error: Error) => void): unknown;
}

/** What is used of a pool of `pg`: yours, which you make and end. */
export interface PgPool {
  query(text: string, values?: unknown[]): PromiseLike<PgResult>;
  connect(): PromiseLike<PgClient>;
  on?(event: 'error', listener: (error: Error) => void): unknown;
}

/** How long each step may take, and by which clock. */
export interface Patience {
  readonly clock: Clock;
  readonly queryMs: number;
}

/** A connection that breaks says so as an event as well, which would end the process if nobody listened. */
export const heard = (): void => undefined;

const HEARD = new WeakSet<PgPool>();

/** Listens to connections that break while nobody uses them; once, however many ledgers share the pool. */
export function listenTo(pool: PgPool): void {
  if (HEARD.has(pool)) return;
  HEARD.add(pool);
  pool.on?.('error', heard);
}

/**
 * Does some work on one connection, which is given back whatever happens, and not used again where something failed: nobody
 * knows in what state it is.
 *
 * @throws LateAnswerError when no connection can be had in time, or the work takes longer.
 */
export async function onConnection<T>(
  pool: PgPool,
  { clock, queryMs }: Patience,
  work: (client: PgClient) => Promise<T>,
): Promise<T> {
  const client = await connected(pool, { clock, queryMs });
  client.on?.('error', heard);
  try {
    const result = await within(work(client), queryMs, clock);
    client.removeListener?.('error', heard);
    client.release();
    return result;
  } catch (error) {
    client.release(true);
    throw error;
  }
}

async function connected(pool: PgPool, { clock, queryMs }: Patience): Promise<PgClient> {
  const connecting = pool.connect();
  try {
    return await within(connecting, queryMs, clock);
  } catch (error) {
    // One that comes too late goes back.
    if (isPending(connecting)) void connecting.then((client) => client.release(), heard);
    throw error;
  }
}

/** Does some work in a transaction, with the server told how long each of its statements may take. */
export async function inTransaction<T>(
  pool: PgPool,
  patience: Patience,
  work: (client: PgClient) => Promise<T>,
): Promise<T> {
  return onConnection(pool, patience, async (client) => {
    await client.query(`BEGIN; SET LOCAL statement_timeout = ${Math.ceil(patience.queryMs)}`);
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  });
}
