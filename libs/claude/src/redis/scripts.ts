import { createHash } from 'node:crypto';
import { ACQUIRE } from './lua/acquire.lua.js';
import { DUE, HELD_FOR_MS, SWEEP } from './lua/leases.lua.js';
import { HEAD, STATES } from './lua/meters.lua.js';
import { OBSERVE } from './lua/observe.lua.js';
import { ACQUIRE_PLAIN, SETTLE_PLAIN } from './lua/plain.lua.js';
import { SETTLE } from './lua/settle.lua.js';
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

const RENEW = `
for i = 2, #ARGV do
  local score = call('ZSCORE', KEYS[1], ARGV[i])
  if score and tonumber(score) > now then
    call('ZADD', KEYS[1], floor(now + ARGV[1]) + 1, ARGV[i])
    call('PEXPIRE', KEYS[i], floor(ARGV[1] + ${HELD_FOR_MS}))
  end
end
return 1
`;

/** One script is one decision, and one round trip. */
export const SCRIPTS = {
  acquire: script(HEAD, DUE, ACQUIRE_PLAIN, STATES, SWEEP, ACQUIRE, STANDING, REFUSAL),
  settle: script(HEAD, DUE, SETTLE_PLAIN, STATES, SWEEP, SETTLE),
  renew: script(HEAD, DUE, STATES, SWEEP, RENEW),
  observe: script(HEAD, DUE, STATES, SWEEP, OBSERVE),
  standing: script(HEAD, DUE, STATES, SWEEP, STANDING, STANDINGS),
  keep: script(`redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) return 1`),
  take: script(`return redis.call('GETDEL', KEYS[1])`),
  check: script(`
    redis.call('SET', KEYS[1], '', 'PX', 1000)
    redis.call('DEL', KEYS[1])
    return redis.call('INFO', 'server')
  `),
} as const;
