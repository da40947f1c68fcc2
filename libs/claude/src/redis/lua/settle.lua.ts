import { lua } from './fields.js';

/** Milliseconds for which a lease is known whose claims are all settled: one that is settled again meanwhile is not counted twice. */
const SETTLED_FOR_MS = 300_000;

/** The same of one that nobody heard of: until then it may be told again. */
const REPLAYED_FOR_MS = 3_600_000;

/**
 * Replaces claims by what was used. KEYS: leases, the lease, the meters. ARGV: its id, whether all of it is settled then, the
 * descriptions of the meters, the amounts claimed, the amounts used (nothing for what stays held), and, of claims that nobody
 * heard the answer of, how long ago that was. Of a lease that nobody knows any more, because the server lost it, what was used
 * counts all the same; of one that may never have been granted, as spent of budgets alone.
 */
export const SETTLE = lua(
  `
local count = #KEYS - 2
local record = call('GET', KEYS[2])
if record == 's' then return 0 end
local mask = record and sub(record, 1, count) or string.rep('m', count)
local lapsedAt = now
local ago = tonumber(ARGV[3 + 3 * count])
local keptMs = ago and REPLAYED_MS or SETTLED_MS
if ago and not record then lapsedAt = now - ago end
if record and string.find(mask, 'l', 1, true) then
  lapsedAt = tonumber(string.match(record, '\\n(%S+)', count + 1))
end

local function correct(kind, state, claimed, used)
  if kind == RATE then
    local rate = state
    local unused = claimed - used
    if unused <= 0 then
      rate.unused = rate.unused + unused
    elseif lapsedAt > rate.changed then
      rate.unused = min(rate.unused + max(0, unused - rate.flow * max(0, now - lapsedAt)), rate.burst)
    end
  elseif kind == BUDGET then
    local budget = state
    spend(budget, used - claimed, lapsedAt)
  end
end

local hasSettled = false
for i = 1, count do
  local held, used = byte(mask, i), ARGV[2 + 2 * count + i]
  if used ~= '' and held ~= 115 then
    local config, key, claimed = ARGV[2 + i], KEYS[2 + i], ARGV[2 + count + i] + 0
    local kind = byte(config)
    local state = open(kind, call('GET', key), config, now)
    if held == 104 then
      settle(kind, state, claimed, used + 0, now)
    elseif record or not ago or kind == BUDGET then
      correct(kind, state, held == 108 and claimed or 0, used + 0)
    end
    write(key, kind, state, config)
    hasSettled = true
  end
end
if not hasSettled then return 0 end

if ARGV[2] ~= '1' then
  local left = {}
  for i = 1, count do left[i] = ARGV[2 + 2 * count + i] ~= '' and 's' or sub(mask, i, i) end
  mask = table.concat(left)
  if string.find(mask, '[hlm]') then
    local rest = record and sub(record, count + 1) or '\\n-'
    call('SET', KEYS[2], mask .. rest, 'PX', max(keptMs, call('PTTL', KEYS[2])))
    return 1
  end
end
call('SET', KEYS[2], 's', 'PX', keptMs)
call('ZREM', KEYS[1], ARGV[1])
return 1
`
    .replaceAll('SETTLED_MS', String(SETTLED_FOR_MS))
    .replaceAll('REPLAYED_MS', String(REPLAYED_FOR_MS)),
);
