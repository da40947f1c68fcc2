import { lua } from './fields.js';
import { HELD_FOR_MS } from './leases.lua.js';

/**
 * Takes all claims or none. KEYS: leases, the lease, the meters. ARGV: its id, how long it lasts, what is forced (`all`,
 * `limits` or nothing), whether meters come twice, the descriptions of the meters, the amounts, how its record begins, and how
 * long that is kept. What is not granted goes on to say why.
 */
export const ACQUIRE = lua(`
local count = #KEYS - 2
local force, twice = ARGV[3], ARGV[4] == '1' and {}
local taken, granted = {}, { 1 }

local function isForced(kind)
  return force == 'all' or (force == 'limits' and kind ~= BUDGET)
end

local function take(kind, state, amount)
  if kind == RATE then
    local rate = state
    local isThere = amount - (rate.unused - rate.held) <= rate.flow * 0.001 and rate.closed - now <= 0.001
    if not isThere and not isForced(kind) then return false end
    rate.held = rate.held + amount
    rate.granted = rate.granted + amount
  elseif kind == SLOTS then
    local slots = state
    local isThere = slots.taken + amount <= slots.limit and slots.closed - now <= 0.001
    if not isThere and not isForced(kind) then return false end
    slots.taken = slots.taken + amount
  else
    local budget = state
    if budget.hard == 1 and force ~= 'all' then
      local limit = budget.limit + budget.credit
      if limit <= 0 or budget.used + budget.reserved + amount > limit then return false end
    end
    budget.reserved = budget.reserved + amount
  end
  return true
end

local function takeAll()
  for i = 1, count do
    local config, key = ARGV[4 + i], KEYS[2 + i]
    local kind = byte(config)
    local state = twice and twice[key] or open(kind, call('GET', key), config, now)
    if not take(kind, state, ARGV[4 + count + i] + 0) then return false end
    taken[i] = state
    if twice then twice[key] = state end
    granted[1 + i] = kind == RATE and state[3] or 0
  end
  return true
end

local function grant()
  local record = ARGV[5 + 2 * count] .. table.concat(KEYS, '\\n', 3) .. '\\n' .. table.concat(ARGV, '\\n', 5 + count, 4 + 2 * count)
  if not call('SET', KEYS[2], record, 'PX', ARGV[6 + 2 * count], 'NX') then return { 1 } end
  for i = 1, count do
    local config = ARGV[4 + i]
    write(KEYS[2 + i], byte(config), taken[i], config)
  end
  call('ZADD', KEYS[1], floor(now + ARGV[2]) + 1, ARGV[1])
  call('PEXPIRE', KEYS[1], '${HELD_FOR_MS}')
  return granted
end

if takeAll() then return grant() end
`);
