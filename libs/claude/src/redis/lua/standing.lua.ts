import { BUDGET_SLICES } from '../../admission/meter.js';
import { KEPT_SLICES } from './budgets.lua.js';
import { lua } from './fields.js';

/** Why claims are not granted, and how their meters stand: what `acquire` ends with where it granted nothing. */
export const STANDING = lua(`
local function saveLooked()
  for _, family in pairs(families) do
    if family.isKept and family.isChanged and family.kind ~= BUDGET then save(family) end
  end
end

local function standingOf(kind, member)
  local limit, learned, burst, level, held, flow, closed, by
  if kind == RATES then
    local rate = member
    limit, learned, burst, level, held = rate.limit, rate.learned, rate.burst, rate.unused - rate.held, rate.held
    flow, closed, by = rate.flow, rate.closed - now, rate.by
  elseif kind == SLOTS then
    local slots = member
    limit, learned, burst, level, held = slots.limit, slots.learned, slots.limit, slots.limit - slots.taken, slots.taken
    flow, closed, by = 0, slots.closed - now, slots.by
  else
    local budget = member
    limit = budget.limit + budget.credit
    learned, burst, level, held = -1, limit, limit - budget.used - budget.reserved, budget.reserved
    flow, closed, by = 0, 0, 0
  end
  if closed <= 0.001 then closed, by = 0, 0 end
  return text('%.17g %.17g %.17g %.17g %.17g %.17g %.17g %d', limit, learned, burst, level, held, flow, closed, by)
end
`);

/** ARGV: field, name and description of each meter. */
export const STANDINGS = lua(`
local standings = {}
for base = 0, #ARGV - 1, 3 do
  local family = open(ARGV[base + 1], now)
  standings[#standings + 1] = standingOf(family.kind, look(family, ARGV[base + 2], ARGV[base + 3]))
end
saveLooked()
return standings
`);

/** Continues where `acquire` granted nothing. */
export const REFUSAL = lua(`
local function overIn(budget, missing)
  if budget.rolling == 0 or not budget.usedRing then return nil end
  local over = 0
  for slice = budget.latest - ${BUDGET_SLICES}, budget.latest do
    over = over + read('<d', budget.usedRing, placeOf(slice) + 1)
    if over >= missing then return (slice + ${KEPT_SLICES}) * sliceMs(budget.rolling) - now end
  end
  return nil
end

local function rateShortage(rate, amount, config)
  local tolerance = rate.flow * 0.001
  local isOversize = amount - rate.burst > tolerance
  if isOversize and not (rate.learned < 0 and match(config, '^r %S+ 1')) then return 'never', nil end
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

local function refusalOf(kind, member, amount, config)
  if kind == RATES then
    local rate = member
    local reason, wait = rateShortage(rate, amount, config)
    return orClosed(reason, wait, rate.closed - now)
  elseif kind == SLOTS then
    local slots = member
    local reason, wait = slotShortage(slots, amount)
    return orClosed(reason, wait, slots.closed - now)
  end
  local budget = member
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

if call('ZSCORE', KEYS[1], ARGV[1]) then return { 1 } end
families = {}
local sum, first, weight, why, waitMs = {}, 0, nil, nil, nil
local standings, looked = {}, {}
for i, claim in ipairs(claims) do
  local family, config = open(claim.field, now), claim.config
  local kind, key = family.kind, claim.field .. ' ' .. claim.name
  local member = looked[key] or look(family, claim.name, config)
  looked[key], sum[key] = member, (sum[key] or 0) + claim.amount
  if not isForced(kind) then
    local reason, wait = refusalOf(kind, member, sum[key], config)
    if reason and (not weight or weightOf(reason, wait) > weight) then
      first, weight, why, waitMs = i, weightOf(reason, wait), reason, wait
    end
  end
  standings[i] = standingOf(kind, member)
end
if first == 0 then
  force = 'all'
  takeAll()
  return grant()
end
saveLooked()
local wait = waitMs and waitMs < math.huge and text('%.17g', waitMs) or ''
return { 0, first, why, wait, unpack(standings) }
`);
