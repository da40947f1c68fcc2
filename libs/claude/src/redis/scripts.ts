import { createHash } from 'node:crypto';
import { ACQUIRE } from './lua/acquire.lua.js';
import { BUDGETS } from './lua/budgets.lua.js';
import { FAMILIES, SAVING, SETTLING } from './lua/families.lua.js';
import { HEAD } from './lua/head.lua.js';
import { CLAIMS, DUE, MASKS, RENEW, SWEEP } from './lua/leases.lua.js';
import { OBSERVE } from './lua/observe.lua.js';
import { ACQUIRE_PLAIN, SETTLE_PLAIN } from './lua/plain.lua.js';
import { RATES } from './lua/rates.lua.js';
import { SETTLE } from './lua/settle.lua.js';
import { PLACES } from './lua/slots.lua.js';
import { REFUSAL, STANDING, STANDINGS } from './lua/standing.lua.js';

/** A script, and the name a server knows it by. */
export interface Script {
  readonly source: string;
  readonly sha: string;
}

function script(...parts: readonly string[]): Script {
  const source = parts.join('').replaceAll(/\n+/g, '\n').trim();
  return { source, sha: createHash('sha1').update(source).digest('hex') };
}

/** All the rules: how meters are read and kept, and what has expired by now. */
const RULES = [RATES, PLACES, BUDGETS, FAMILIES, SAVING, SETTLING, CLAIMS, MASKS, SWEEP].join('');

/** One script is one decision, and one round trip. */
export const SCRIPTS = {
  acquire: script(HEAD, ACQUIRE_PLAIN, RULES, ACQUIRE, STANDING, REFUSAL),
  settle: script(HEAD, SETTLE_PLAIN, RULES, SETTLE),
  renew: script(HEAD, DUE, RULES, RENEW),
  observe: script(HEAD, DUE, RULES, OBSERVE),
  standing: script(HEAD, DUE, RULES, STANDING, STANDINGS),
  keep: script(`redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) return 1`),
  take: script(`return redis.call('GETDEL', KEYS[1])`),
  check: script(`
    redis.call('SET', KEYS[1], '', 'PX', 1000)
    redis.call('DEL', KEYS[1])
    return redis.call('INFO', 'server')
  `),
} as const;
