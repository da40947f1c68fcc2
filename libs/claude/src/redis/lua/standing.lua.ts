import { lua } from './fields.js';

/** Why claims are not granted, and how their meters stand: what `acquire` ends with where it granted nothing. */
export const STANDING = lua(`
local function look(key, kind, config)
  local kept = call('GET', key)
  local state = open(kind, kept, config, now)
  local isChanged = kind == RATE and state[5] == 0 or kind == SLOTS and state[3] == 0
  if kept and isChanged then save(key, kind, state, config) end
  return state
end

local function standingOf(kind, state)
  local limit, learned, burst, level, held, flow, closed, by
  if kind == RATE then
    local rate = state
    limit, learned, burst, level, held = rate.limit, rate.learned, rate.burst, rate.unused - rate.held, rate.held
    flow, closed, by = rate.flow, rate.closed - now, rate.by
  elseif kind == SLOTS then
    local slots = state
    limit, learned, burst, level, held = slots.limit, slots.learned, slots.limit, slots.limit - slots.taken, slots.taken
    flow, closed, by = 0, slots.closed - now, slots.by
  else
    local budget = state
    limit = budget.limit + budget.credit
    learned, burst, level, held = -1, limit, limit - budget.used - budget.reserved, budget.reserved
    flow, closed, by = 0, 0, 0
  end
  if closed <= 0.001 then closed, by = 0, 0 end
  return string.format('%.17g %.17g %.17g %.17g %.17g %.17g %.17g %d', limit, learned, burst, level, held, flow, closed, by)
end
`);

/** KEYS: leases, the meters. ARGV: their descriptions. */
export const STANDINGS = lua(`
if #ARGV == 0 then return {} end
local standings = {}
for i = 1, #ARGV do
  local kind = byte(ARGV[i])
  standings[i] = standingOf(kind, look(KEYS[1 + i], kind, ARGV[i]))
end
return standings
`);

/** Continues where `acquire` granted nothing. */
export const REFUSAL = lua(`
local function overIn(budget, missing)
  if budget.rolling == 0 or not budget.usedRing then return nil end
  local over = 0
  for slice = budget.usedLatest - 60, budget.usedLatest do
    over = over + read('<d', budget.usedRing, slice % 61 * 8 + 1)
    if over >= missing then return (slice + 61) * math.ceil(budget.rolling / 60) - now end
  end
  return nil
end

local function rateShortage(rate, amount, config)
  local tolerance = rate.flow * 0.001
  local isOversize = amount - rate.burst > tolerance
  if isOversize and not (rate.learned < 0 and string.find(config, '^r %S+ 1')) then return 'never', nil end
  local needed = isOversize and rate.burst or amount
  local level = rate.unused - rate.held
  if needed - level <= tolerance then return nil, nil end
  if needed - (rate.burst - rate.held) > tolerance then return 'level', nil end
  return 'level', (needed - level) / rate.flow
end

local function slotShortage(slots, amount)
  if amount > slots.limit then return 'never', nil end
  return slots.taken + amount > slots.limit and 'slots' or nil, nil
end

local function orClosed(reason, wait, closed)
  if closed <= 0.001 or reason == 'never' or (reason and wait and wait > closed) then return reason, wait end
  return 'closed', closed
end

local function refusalOf(kind, state, amount, config)
  if kind == RATE then
    local rate = state
    local reason, wait = rateShortage(rate, amount, config)
    return orClosed(reason, wait, rate.closed - now)
  elseif kind == SLOTS then
    local slots = state
    local reason, wait = slotShortage(slots, amount)
    return orClosed(reason, wait, slots.closed - now)
  end
  local budget = state
  local limit = budget.limit + budget.credit
  local missing = budget.used + budget.reserved + amount - limit
  if budget.hard == 0 or (limit > 0 and missing <= 0) then return nil, nil end
  return 'spent', amount <= limit and limit ~= 0 and overIn(budget, missing) or nil
end

local function weightOf(reason, wait)
  if reason == 'spent' then return math.huge end
  if reason == 'never' then return 1.7e308 end
  return wait and min(wait, 9007199254740991) or -1
end

if call('EXISTS', KEYS[2]) == 1 then return { 1 } end
local asked, first, weight, why, waitMs = {}, 0, nil, nil, nil
local standings = {}
for i = 1, count do
  local config, key = ARGV[4 + i], KEYS[2 + i]
  local kind = byte(config)
  local state = look(key, kind, config)
  asked[key] = (asked[key] or 0) + tonumber(ARGV[4 + count + i])
  if not isForced(kind) then
    local reason, wait = refusalOf(kind, state, asked[key], config)
    if reason and (not weight or weightOf(reason, wait) > weight) then
      first, weight, why, waitMs = i, weightOf(reason, wait), reason, wait
    end
  end
  standings[i] = standingOf(kind, state)
end
if first == 0 then
  force, twice = 'all', twice and {}
  takeAll()
  return grant()
end
local wait = waitMs and waitMs < math.huge and string.format('%.17g', waitMs) or ''
return { 0, first, why, wait, unpack(standings) }
`);
