import { lua } from './fields.js';

/**
 * Takes note of what is known from outside. KEYS: leases, then the meter of each observation. ARGV, for each: description,
 * limit, what remains, what was granted when that was true, for how long it is closed and why, credit, what was spent, how
 * long ago, and whether it is reset; nothing for what is not said.
 */
export const OBSERVE = lua(`
local function closeFor(state, closed, by, forMs, why)
  if forMs == 0 then
    state[closed] = 0
  elseif now + forMs > state[closed] then
    state[closed], state[by] = now + forMs, why
  end
end

local function learn(rate, limit, config)
  local replacesGuess = rate.learned < 0 and string.match(config, '^r %S+ 1')
  rate.learned = limit
  describeRate(rate, config)
  if replacesGuess then rate.unused, rate.changed = rate.burst, now end
end

local function remain(rate, remaining, grantedThen, config)
  local least, counted = string.match(config, '^r %S+ %d %S+ %S+ (%S+) (%d)')
  local unseen = counted == '1' and grantedThen and rate.granted - grantedThen or rate.held
  local rounding = tonumber(least) == 0 and 500 or 0
  rate.unused = min(rate.unused, remaining + rounding - unseen + rate.held)
end

local function observeBudget(budget, credit, spent, ago, reset)
  if reset then
    budget.used, budget.credit, budget.usedRing, budget.creditRing = 0, 0, nil, nil
  end
  if credit then
    budget.creditRing, budget.credit =
      added(budget.creditRing, budget.credit, budget.creditLatest, budget.rolling, credit, now)
  end
  if spent then spend(budget, spent, now - ago) end
end

for i = 2, #KEYS do
  local base = (i - 2) * 10
  local config = ARGV[base + 1]
  local kind = byte(config)
  local state = open(kind, call('GET', KEYS[i]), config, now)
  local limit, remaining, grantedThen = tonumber(ARGV[base + 2]), tonumber(ARGV[base + 3]), tonumber(ARGV[base + 4])
  local forMs, why = tonumber(ARGV[base + 5]), tonumber(ARGV[base + 6])
  if kind == RATE then
    local rate = state
    if limit then learn(rate, limit, config) end
    if remaining then remain(rate, remaining, grantedThen, config) end
    if forMs then closeFor(rate, 11, 12, forMs, why) end
  elseif kind == SLOTS then
    local slots = state
    if limit then
      slots.learned = limit
      slots.limit = min(tonumber(sub(config, 3)), limit)
    end
    if forMs then closeFor(slots, 5, 6, forMs, why) end
  else
    observeBudget(state, tonumber(ARGV[base + 7]), tonumber(ARGV[base + 8]), tonumber(ARGV[base + 9]), ARGV[base + 10] == '1')
  end
  save(KEYS[i], kind, state, config)
end
return 1
`);
