import { kindOf } from '../call/context.js';
import { InvalidOptionsError } from '../errors/errors.js';
import type { Script } from './scripts.js';

/** What this module uses of a client of ioredis or iovalkey, its `Cluster` included. */
export interface IoRedisLike {
  evalsha(sha: string, keyCount: number, ...keysAndArguments: string[]): Promise<unknown>;
  eval(script: string, keyCount: number, ...keysAndArguments: string[]): Promise<unknown>;
  /** Told by a `Cluster`. */
  readonly isCluster?: boolean;
  quit?(): Promise<unknown>;
}

/** What this module uses of a client of node-redis (`createClient()` or `createCluster()` of `redis`). */
export interface NodeRedisLike {
  evalSha(sha: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
  /** Nodes of a cluster. */
  readonly masters?: unknown;
  close?(): Promise<unknown>;
}

/** A client of the user's: of ioredis 5 or 6, iovalkey, or node-redis 5 or 6; for one server or a cluster. */
export type RedisClient = IoRedisLike | NodeRedisLike;

/** A client, whatever its make. */
export interface ScriptRunner {
  /** Whether keys live on several servers. */
  readonly isCluster: boolean;
  /** Runs a script on the server of its keys: by name, or with its text where that server does not know it. */
  run(script: Script, keys: readonly string[], args: readonly string[]): Promise<unknown>;
  /** Ends the client. */
  close(): Promise<void>;
}

/** @throws InvalidOptionsError for what is no client that is known. */
export function scriptRunnerOf(client: unknown): ScriptRunner {
  if (isIoRedis(client)) return ofIoRedis(client);
  if (isNodeRedis(client)) return ofNodeRedis(client);
  throw new InvalidOptionsError(
    '`client` of RedisAdmissionStore must be a client of ioredis 5 or 6, iovalkey (with the methods evalsha and eval), or ' +
      `node-redis 5 or 6 (with the methods evalSha and eval), not ${kindOf(client)}. ` +
      'Give it `new Redis(url)` of ioredis or iovalkey, or `await createClient({ url }).connect()` of redis.',
  );
}

function ofIoRedis(client: IoRedisLike): ScriptRunner {
  return {
    isCluster: client.isCluster === true,
    run: ({ source, sha }, keys, args) =>
      client
        .evalsha(sha, keys.length, ...keys, ...args)
        .catch((error: unknown) => ifUnknown(error, () => client.eval(source, keys.length, ...keys, ...args))),
    close: async () => void (await client.quit?.()),
  };
}

function ofNodeRedis(client: NodeRedisLike): ScriptRunner {
  return {
    isCluster: client.masters !== undefined,
    run: async ({ source, sha }, keys, args) => {
      const given = { keys: [...keys], arguments: [...args] };
      return client.evalSha(sha, given).catch((error: unknown) => ifUnknown(error, () => client.eval(source, given)));
    },
    close: async () => void (await client.close?.()),
  };
}

/** A server that does not know a script has not run it: it is the one error after which a command is given again. */
function ifUnknown(error: unknown, runText: () => Promise<unknown>): Promise<unknown> {
  if (error instanceof Error && error.message.startsWith('NOSCRIPT')) return runText();
  throw error;
}

function isIoRedis(client: unknown): client is IoRedisLike {
  return hasMethods(client, ['evalsha', 'eval']);
}

function isNodeRedis(client: unknown): client is NodeRedisLike {
  return hasMethods(client, ['evalSha', 'eval']);
}

function hasMethods(client: unknown, names: readonly string[]): boolean {
  if (typeof client !== 'object' || client === null) return false;
  return names.every((name) => typeof (client as Record<string, unknown>)[name] === 'function');
}
