import type { Clock } from '../call/clock.js';
import { InvalidOptionsError } from '../errors/errors.js';
import { toError } from '../errors/error-cause.js';
import { LateAnswerError, within } from '../admission/within.js';
import type { ScriptRunner } from './redis-client.js';
import { SCRIPTS } from './scripts.js';

/** The oldest server that knows all the commands used. Every Valkey does. */
const OLDEST = [6, 2] as const;

/** What a server is asked at start. */
export interface ServerCheck {
  readonly runner: ScriptRunner;
  /** A key that may be written to see whether one may. */
  readonly key: string;
  readonly withinMs: number;
  readonly clock: Clock;
}

/** Why a server cannot be used, and whether that may change by itself. */
export interface ServerProblem {
  readonly error: InvalidOptionsError;
  readonly isAway: boolean;
}

/** Asks a server whether it can be used; `null` if it can. */
export async function problemOf({ runner, key, withinMs, clock }: ServerCheck): Promise<ServerProblem | null> {
  try {
    const info = await within(runner.run(SCRIPTS.check, [key], []), withinMs, clock);
    return misfitOf(String(info), runner.isCluster);
  } catch (error) {
    return problemOfFailure(toError(error), withinMs);
  }
}

function misfitOf(info: string, isCluster: boolean): ServerProblem | null {
  const version = /^redis_version:(\S+)/m.exec(info)?.[1] ?? 'unknown';
  if (isTooOld(version)) {
    return misfit(`The Redis server has version ${version}, which is too old. Use Redis 6.2 or later, or Valkey.`);
  }
  // Redis calls it the one, Valkey the other.
  if (/^(?:redis|server)_mode:cluster/m.test(info) && !isCluster) {
    return needsClusterClient();
  }
  return null;
}

function needsClusterClient(cause?: Error): ServerProblem {
  return misfit(
    'The Redis server belongs to a cluster, and `client` is one for a single server. ' +
      'Give RedisAdmissionStore a cluster client: `new Cluster(nodes)` of ioredis or iovalkey, or `createCluster()` of redis.',
    cause,
  );
}

function isTooOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
}

function problemOfFailure(error: Error, withinMs: number): ServerProblem {
  const { message } = error;
  if (/WRONGPASS|NOAUTH|invalid (username-)?password/i.test(message)) {
    return misfit('Redis refuses the password of `client`. Give it the right `username` and `password`.', error);
  }
  if (message.includes('NOPERM')) {
    return misfit(
      'Redis does not allow the user of `client` what RedisAdmissionStore needs: ' +
        'EVAL, EVALSHA, INFO and the commands on strings, hashes and sorted sets, for the keys of its prefix. Extend the ACL of the user.',
      error,
    );
  }
  if (/READONLY|You can't write against a read only/.test(message)) {
    return misfit('Redis is a read-only replica. Connect `client` to the primary.', error);
  }
  if (/^(MOVED|CROSSSLOT)/.test(message)) return needsClusterClient(error);
  if (/unknown command/i.test(message)) {
    return misfit(
      `The server of \`client\` cannot run what RedisAdmissionStore needs (${message}). Use Redis 6.2 or later, or Valkey.`,
      error,
    );
  }
  const why = error instanceof LateAnswerError ? `it did not answer within ${withinMs} ms` : message;
  return {
    error: new InvalidOptionsError(
      `Redis cannot be reached: ${why}. Check the URL of \`client\`, connect a client of node-redis before the application starts, ` +
        'or set `degradedStart: true` of RedisAdmissionStore to start without Redis.',
      { cause: error },
    ),
    isAway: true,
  };
}

function misfit(message: string, cause?: Error): ServerProblem {
  return { error: new InvalidOptionsError(message, { cause }), isAway: false };
}
