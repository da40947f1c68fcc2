import { COLD } from './families.lua.js';

/** Expiries that one call cleans up after. */
const SWEPT_AT_ONCE = 16;

/** Milliseconds for which a lease is known that has expired, so that a settlement that comes late corrects it. */
export const LAPSED_FOR_MS = 86_400_000;

/** When something expires next, for scripts that have not read it with anything else. */
export const DUE = `
local due = tonumber(call('HGET', KEYS[2], 'next'))
`;

/**
 * Reads what was asked: the id, how many fields, their names, the sum of their digests, which meter of which field each claim
 * is of, and the amounts. As one text it is the lease, too: what expires, and what is given back when it is settled. What
 * describes the meters, line by line, begins with the digest of each field.
 */
export const CLAIMS = `
local function claimsOf(asked, configs)
  local fields, claims = asked[2], {}
  local line = configs and string.gmatch(configs, '[^\\n]+')
  if line then claims.digests = line() end
  for place, name in string.gmatch(asked[4 + fields], '(%d+)(%a*)') do
    local i = #claims + 1
    claims[i] = { field = asked[2 + place], name = name, config = line and line(), amount = tonumber(asked[4 + fields + i]) }
  end
  return claims
end
`;

/**
 * Of a lease that is not held as a whole any more there is a key, which its id names: a letter for each claim (`h` held, `l`
 * lapsed, `s` settled, `m` for one that the server does not know of), and when it lapsed; or only `s`. What expires names these
 * letters then, before the lease.
 */
export const MASKS = `
local function nameOf(id)
  return KEYS[1] .. ':' .. id
end

local function maskOf(record, claims, otherwise)
  return match(record or '', '^%a+') or string.rep(otherwise, #claims)
end

local function heldAs(lease, record)
  return record and '!' .. match(record, '^%a+') .. lease or lease
end
`;

/** Lets go of what was held too long, each lease at its own time, and forgets meters that nobody has asked for. */
export const SWEEP = `
local function lapse(member, at)
  local mask, lease = match(member, '^!(%a+)(.*)')
  local asked = askedOf(lease or member)
  local claims = claimsOf(asked)
  mask = maskOf(mask, claims, 'h')
  for i, claim in ipairs(claims) do
    local family = byte(mask, i) == 104 and open(claim.field, at)
    local held = family and family.named[claim.name]
    if held then settle(family.kind, held, claim.amount, claim.amount, at) end
  end
  call('SET', nameOf(asked[1]), string.gsub(mask, 'h', 'l') .. '\\n' .. text('%.17g', at), 'PX', '${LAPSED_FOR_MS}')
end

local function forget(field)
  call('HDEL', KEYS[2], field, '${COLD}' .. field)
  families[field] = nil
end

if not due or now >= due then
  local expired = call('ZRANGEBYSCORE', KEYS[1], '-inf', text('%d', now), 'WITHSCORES', 'LIMIT', '0', '${SWEPT_AT_ONCE}')
  for each = 1, #expired, 2 do
    local member = expired[each]
    call('ZREM', KEYS[1], member)
    if match(member, '^[![]') then lapse(member, tonumber(expired[each + 1])) else forget(member) end
  end
  saveAll()
  local first = call('ZRANGE', KEYS[1], '0', '0', 'WITHSCORES')[2]
  due = tonumber(first)
  if first then call('HSET', KEYS[2], 'next', first) end
end
`;

/** ARGV: how long leases shall last from now on, and the leases. */
export const RENEW = `
for i = 2, #ARGV do
  local name = nameOf(askedOf(ARGV[i])[1])
  local member = heldAs(ARGV[i], call('GET', name))
  local score = call('ZSCORE', KEYS[1], member)
  if score and tonumber(score) > now then
    expireAt(member, floor(now + ARGV[1]) + 1)
    call('PEXPIRE', name, text('%d', ARGV[1] + ${LAPSED_FOR_MS}))
  end
end
lastFor(KEYS[1], 2 * DAY)
return 1
`;
