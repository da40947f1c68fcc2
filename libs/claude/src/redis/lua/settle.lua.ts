import { LAPSED_FOR_MS } from './leases.lua.js';
import { lua } from './fields.js';

/** Milliseconds for which a lease is known whose claims are all settled: one that is settled again meanwhile is not counted twice. */
export const SETTLED_FOR_MS = 300_000;

/** The same of one that nobody heard of: until then it may be told again. */
const REPLAYED_FOR_MS = 3_600_000;

/**
 * Replaces claims by what was used. ARGV: what was asked, the descriptions of the meters line by line, the amounts used (none
 * for what stays held), whether all of it is settled then (`plain` where all amounts are said, `whole`, or nothing), and, of
 * claims that nobody heard the answer of, how long ago that was. Of a lease that nobody knows any more, because the server lost
 * it, what was used counts all the same; of one that may never have been granted, as spent of budgets alone.
 */
export const SETTLE = lua(`
local record = call('GET', KEYS[3])
if record == 's' then return 0 end
local claims = claimsOf(asked, ARGV[2])
local lease = heldAs(ARGV[1], record)
local score = wasHeld and now or tonumber(call('ZSCORE', KEYS[1], lease) or nil)
local mask = maskOf(record, claims, score and 'h' or 'm')
local ago = tonumber(ARGV[5])
local isKnown = record or score
local keptMs = ago and ${REPLAYED_FOR_MS} or ${SETTLED_FOR_MS}
local lapsedAt = tonumber(match(record or '', '\\n(%S+)')) or (ago and not isKnown and now - ago) or now

local function correct(kind, member, claimed, used)
  if kind == RATES then
    local rate = member
    local unused = claimed - used
    if unused <= 0 then
      rate.unused = rate.unused + unused
    elseif lapsedAt > rate.changed then
      rate.unused = min(rate.unused + max(0, unused - rate.flow * max(0, now - lapsedAt)), rate.burst)
    end
  elseif kind == BUDGET then
    local budget = member
    spend(budget, used - claimed, lapsedAt)
  end
end

local left, hasSettled = {}, false
for i, claim in ipairs(claims) do
  local held, amount = sub(mask, i, i), tonumber(amounts[i])
  left[i] = held
  if amount and held ~= 's' then
    local family = open(claim.field, now)
    if held == 'h' then
      settle(family.kind, memberOf(family, claim.name, claim.config), claim.amount, amount, now)
    elseif isKnown or not ago or family.kind == BUDGET then
      local member = memberOf(family, claim.name, claim.config)
      correct(family.kind, member, held == 'l' and claim.amount or 0, amount)
    end
    left[i], hasSettled = 's', true
  end
end
if not hasSettled then return 0 end
saveAll()

call('ZREM', KEYS[1], lease)
local after = table.concat(left)
if ARGV[4] ~= '' or not match(after, '[hlm]') then
  call('SET', KEYS[3], 's', 'PX', keptMs)
elseif score then
  call('SET', KEYS[3], after, 'PX', text('%d', max(keptMs, score - now + ${LAPSED_FOR_MS})))
  if match(after, 'h') then expireAt(heldAs(ARGV[1], after), score) end
else
  call('SET', KEYS[3], after .. (match(record or '', '\\n.*') or ''), 'PX', max(keptMs, call('PTTL', KEYS[3])))
end
if ago and not isKnown then
  call('HSET', KEYS[2], 'replays', '1')
  expireAt('replays', floor(now + keptMs))
  lastFor(KEYS[1], 2 * DAY)
  lastFor(KEYS[2], 2 * DAY)
end
return 1
`);
