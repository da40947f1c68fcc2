import { lua } from './fields.js';

/** What is said of a meter: its field, its name in that, its description, and nine numbers. */
export const OBSERVED = 12;

/**
 * Takes note of what is known from outside. ARGV, for each observation: field, name, description, limit, what remains, what was
 * granted when that was true, for how long it is closed and why, credit, what was spent, how long ago, and whether it is
 * reset; nothing for what is not said.
 */
export const OBSERVE = lua(`
local function closeFor(closed, by, forMs, why)
  if forMs == 0 then return 0, by end
  if now + forMs > closed then return now + forMs, why end
  return closed, by
end

local function learn(rate, limit, config)
  local replacesGuess = rate.learned < 0 and match(config, '^r %S+ 1')
  rate.learned = limit
  describeRate(rate, config)
  if replacesGuess then rate.unused, rate.changed = rate.burst, now end
end

local function remain(rate, remaining, grantedThen, config)
  local least, counted = match(config, '^r %S+ %d %S+ %S+ (%S+) (%d)')
  local unseen = counted == '1' and grantedThen and rate.granted - grantedThen or rate.held
  local rounding = tonumber(least) == 0 and 500 or 0
  rate.unused = min(rate.unused, remaining + rounding - unseen + rate.held)
end

local function observeBudget(budget, credit, spent, ago, reset)
  if reset then
    budget.used, budget.credit, budget.usedRing, budget.creditRing = 0, 0, false, false
  end
  if credit then
    budget.creditRing, budget.credit = added(budget.creditRing, budget.credit, budget.latest, budget.rolling, credit, now)
  end
  if spent then spend(budget, spent, now - ago) end
end

for base = 0, #ARGV - 1, ${OBSERVED} do
  local config, said = ARGV[base + 3], {}
  for i = 1, 9 do said[i] = tonumber(ARGV[base + 3 + i]) end
  local limit, remaining, grantedThen, forMs, why, credit, spent, ago, reset = unpack(said, 1, 9)
  local family = open(ARGV[base + 1], now)
  local member = memberOf(family, ARGV[base + 2], config)
  if family.kind == RATES then
    local rate = member
    if limit then learn(rate, limit, config) end
    if remaining then remain(rate, remaining, grantedThen, config) end
    if forMs then rate.closed, rate.by = closeFor(rate.closed, rate.by, forMs, why) end
  elseif family.kind == SLOTS then
    local slots = member
    if limit then
      slots.learned = limit
      slots.limit = min(tonumber(sub(config, 3)), limit)
    end
    if forMs then slots.closed, slots.by = closeFor(slots.closed, slots.by, forMs, why) end
  else
    observeBudget(member, credit, spent, ago, reset)
  end
  family.isChanged = true
end
saveAll()
return 1
`);
