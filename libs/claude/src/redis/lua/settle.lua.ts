import { lua } from './fields.js';

/** Milliseconds for which a lease is known whose claims are all settled: one that is settled again meanwhile is not counted twice. */
const SETTLED_FOR_MS = 300_000;

/** The same of one that nobody heard of: until then it may be told again. */
const REPLAYED_FOR_MS = 3_600_000;

/**
 * Replaces claims by what was used. KEYS: leases, the lease, the meters. ARGV: its id, the descriptions of the meters, the
 * amounts claimed, the amounts used (nothing for what stays held), and, of claims that nobody heard the answer of, how long ago
 * that was. Of a lease that nobody knows any more, because the server lost it, what was used counts all the same; of one that
 * may never have been granted, as spent of budgets alone.
 */
export const SETTLE = lua(
  `
local count = #KEYS - 2
local got = call('MGET', unpack(KEYS))
local record = got[2]
local mask = record and sub(record, 1, count) or string.rep('m', count)
local left = mask
local lapsedAt = now
local ago = tonumber(ARGV[2 + 3 * count])
local keptMs = ago and REPLAYED_MS or SETTLED_MS
if ago and not record then lapsedAt = now - ago end
if record and string.find(mask, 'l', 1, true) then
  lapsedAt = tonumber(string.match(record, '\\n(%S+)', count + 1))
end
local opened = {}

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
    budget.usedRing, budget.used = added(budget.usedRing, budget.used, budget.usedLatest, budget.rolling, used - claimed, lapsedAt)
  end
end

for i = 1, count do
  local held, used = byte(mask, i), ARGV[1 + 2 * count + i]
  if used ~= '' and held ~= 115 then
    local config, key = ARGV[1 + i], KEYS[2 + i]
    local kind = byte(config)
    local state = opened[key] or open(kind, got[2 + i], config, now)
    if held == 104 then
      settle(kind, state, tonumber(ARGV[1 + count + i]), tonumber(used), now)
    elseif record or not ago or kind == BUDGET then
      correct(kind, state, held == 108 and tonumber(ARGV[1 + count + i]) or 0, tonumber(used))
    end
    opened[key] = state
    left = sub(left, 1, i - 1) .. 's' .. sub(left, i + 1)
  end
end
if left == mask then return 0 end

for i = 1, count do
  local key, config = KEYS[2 + i], ARGV[1 + i]
  if opened[key] then
    save(key, byte(config), opened[key], config)
    opened[key] = nil
  end
end
if string.find(left, '[hlm]') then
  local rest = record and sub(record, count + 1) or '\\n-'
  call('SET', KEYS[2], left .. rest, 'PX', max(keptMs, call('PTTL', KEYS[2])))
else
  call('SET', KEYS[2], left, 'PX', keptMs)
  call('ZREM', KEYS[1], ARGV[1])
end
return 1
`
    .replaceAll('SETTLED_MS', String(SETTLED_FOR_MS))
    .replaceAll('REPLAYED_MS', String(REPLAYED_FOR_MS)),
);
