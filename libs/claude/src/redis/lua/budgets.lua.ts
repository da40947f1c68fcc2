import { BUDGET_SLICES } from '../../admission/meter.js';
import { lua } from './fields.js';

/** Slices of a moving stretch that are kept: of the one under way, only a part has passed. */
export const KEPT_SLICES = BUDGET_SLICES + 1;

/**
 * Sums of money, in slices where their stretch moves on: a ring has a number for each slice. What the latest slice has used is
 * a number of its own as well, so that the ring is touched only when a slice is over.
 */
export const BUDGETS = lua(`
local function sliceMs(rolling)
  return math.ceil(rolling / ${BUDGET_SLICES})
end

local function sliceOf(rolling, at)
  return rolling > 0 and floor(at / sliceMs(rolling)) or 0
end

local function placeOf(slice)
  return slice % ${KEPT_SLICES} * 8
end

local function put(ring, slice, amount)
  local place = placeOf(slice)
  return sub(ring, 1, place) .. pack('<d', amount) .. sub(ring, place + 9)
end

local function movedOn(ring, total, latest, slice)
  if not ring or slice - latest >= ${KEPT_SLICES} then return false, 0 end
  for each = latest + 1, slice do
    total = total - read('<d', ring, placeOf(each) + 1)
    ring = put(ring, each, 0)
  end
  return ring, total
end

local function added(ring, total, latest, rolling, amount, at)
  if rolling == 0 then return false, max(0, total + amount) end
  local slice = min(sliceOf(rolling, at), latest)
  if slice <= latest - ${KEPT_SLICES} then return ring, total end
  ring = ring or string.rep('\\0', ${8 * KEPT_SLICES})
  local before = read('<d', ring, placeOf(slice) + 1)
  local after = max(0, before + amount)
  return put(ring, slice, after), total + after - before
end

local function spend(budget, amount, at)
  budget.usedRing, budget.used = added(budget.usedRing, budget.used, budget.latest, budget.rolling, amount, at)
end

local function moveBudget(budget)
  if budget.rolling == 0 then return false end
  if budget.usedRing or budget.recent ~= 0 then
    budget.usedRing = put(budget.usedRing or string.rep('\\0', ${8 * KEPT_SLICES}), budget.latest, budget.recent)
  end
  local slice = sliceOf(budget.rolling, now)
  if slice <= budget.latest then return false end
  budget.usedRing, budget.used = movedOn(budget.usedRing, budget.used, budget.latest, slice)
  budget.creditRing, budget.credit = movedOn(budget.creditRing, budget.credit, budget.latest, slice)
  budget.latest = slice
  return true
end

local function describeBudget(budget, config)
  local limit, hard, rolling = match(config, '^b (%S+) (%d) (%S+)')
  budget.config, budget.limit, budget.hard = config, tonumber(limit), tonumber(hard)
  return tonumber(rolling)
end

local function newBudget(name, config)
  local budget = { name, config, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, false, false }
  budget.rolling = describeBudget(budget, config)
  budget.latest = sliceOf(budget.rolling, now)
  return budget
end

local function sumUp(budget)
  local ring, limit = budget.usedRing, budget.limit + budget.credit
  budget.recent = ring and read('<d', ring, placeOf(budget.latest) + 1) or 0
  budget.room = budget.hard == 0 and math.huge or limit > 0 and limit or -math.huge
end

local function freshUntil(budget)
  if budget.rolling == 0 then return now + DAY end
  return min(now + DAY, (budget.latest + 1) * sliceMs(budget.rolling))
end
`);
