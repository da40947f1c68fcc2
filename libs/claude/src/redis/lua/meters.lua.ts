import { BUDGET_SLICES } from '../../admission/meter.js';
import { lua } from './fields.js';

/** Slices of a moving stretch that are kept: of the one under way, only a part has passed. */
const KEPT = BUDGET_SLICES + 1;
const RING_BYTES = 8 * KEPT;
/** Where the rings of a budget begin, after its kind and its numbers. */
const RINGS_AT = 90;

/** What every script begins with. The server's time is the one that all processes share. */
export const HEAD = lua(`
local call, pack, read, byte, sub = redis.call, struct.pack, struct.unpack, string.byte, string.sub
local floor, min, max = math.floor, math.min, math.max
local RATE, SLOTS, BUDGET = 114, 115, 98
local DAY, YEAR = 86400000, 31536000000
local time = call('TIME')
local now = time[1] * 1000 + time[2] / 1000
`);

/** The meters that flow back. */
const RATES = `
local function boundsOf(config, learned)
  local limit, guess, refill, share, least = string.match(config, '^r (%S+) (%d) (%S+) (%S+) (%S+)')
  limit = tonumber(limit)
  if learned >= 0 then limit = guess == '1' and learned or min(limit, learned) end
  local burst = limit == 0 and 0 or max(tonumber(least), share * limit)
  return limit, burst, refill * limit / 60000
end

local function describeRate(rate, config)
  local limit, burst, flow = boundsOf(config, rate.learned)
  if burst ~= rate.burst or flow ~= rate.flow then
    rate.changed = now
    rate.unused = min(rate.unused, burst)
  end
  rate.limit, rate.burst, rate.flow, rate.until = limit, burst, flow, 0
end

local function openRate(state, config, at)
  if not state then
    local limit, burst, flow = boundsOf(config, -1)
    return { burst, 0, 0, at, 0, at, burst, flow, limit, -1, 0, 0, 0 }
  end
  local rate = { read('<dddddddddddd', state, 2) }
  local from = rate.at
  if from < at then
    local unused, burst = rate.unused + rate.flow * (at - from), rate.burst
    rate.unused = unused < burst and unused or burst
    rate.at = at
  elseif from > now then
    local back = from - now
    rate.closed, rate.changed, rate.at, rate.until = rate.closed - back, rate.changed - back, now, 0
  end
  if config and sub(state, rate.after) ~= config then describeRate(rate, config) end
  return rate
end
`;

const PLACES = `
local function openSlots(state, config)
  if not state then return { 0, now, 0, -1, 0, 0, tonumber(sub(config, 3)), 0 } end
  local slots = { read('<ddddddd', state, 2) }
  if slots.at > now then
    slots.closed = slots.closed - (slots.at - now)
    slots.until = 0
  end
  slots.at = now
  if config and sub(state, slots.after) ~= config then
    local limit = tonumber(sub(config, 3))
    slots.limit = slots.learned >= 0 and min(limit, slots.learned) or limit
    slots.until = 0
  end
  return slots
end
`;

/** Sums of money, in slices where their stretch moves on. */
const BUDGETS = `
local function sliceOf(rolling, at)
  return rolling > 0 and floor(at / math.ceil(rolling / ${BUDGET_SLICES})) or 0
end

local function movedOn(ring, total, latest, slice)
  if not ring or slice - latest >= ${KEPT} then return nil, 0 end
  for each = latest + 1, slice do
    local at = each % ${KEPT} * 8
    total = total - read('<d', ring, at + 1)
    ring = sub(ring, 1, at) .. '\\0\\0\\0\\0\\0\\0\\0\\0' .. sub(ring, at + 9)
  end
  return ring, total
end

local function added(ring, total, latest, rolling, amount, at)
  if rolling == 0 then return nil, max(0, total + amount) end
  local slice = min(sliceOf(rolling, at), latest)
  if slice <= latest - ${KEPT} then return ring, total end
  ring = ring or string.rep('\\0', ${RING_BYTES})
  local place = slice % ${KEPT} * 8
  local before = read('<d', ring, place + 1)
  local after = max(0, before + amount)
  return sub(ring, 1, place) .. pack('<d', after) .. sub(ring, place + 9), total + after - before
end

local function spend(budget, amount, at)
  local rolling = budget.rolling
  budget.usedRing, budget.used = added(budget.usedRing, budget.used, budget.usedLatest, rolling, amount, at)
  if rolling > 0 then budget.until = 0 end
end

local function moveBudget(budget, state)
  local rings = budget.rings
  if rings > 0 then
    budget.usedRing = sub(state, ${RINGS_AT}, ${RINGS_AT - 1 + RING_BYTES})
    if rings == 2 then budget.creditRing = sub(state, ${RINGS_AT + RING_BYTES}, ${RINGS_AT - 1 + 2 * RING_BYTES}) end
    budget.after = ${RINGS_AT} + ${RING_BYTES} * rings
  end
  local slice = sliceOf(budget.rolling, now)
  if slice > budget.usedLatest then
    budget.usedRing, budget.used = movedOn(budget.usedRing, budget.used, budget.usedLatest, slice)
    budget.creditRing, budget.credit = movedOn(budget.creditRing, budget.credit, budget.creditLatest, slice)
    budget.usedLatest, budget.creditLatest, budget.until = slice, slice, 0
  end
end

local function describeBudget(budget, config)
  local limit, hard, rolling, keep = string.match(config, '^b (%S+) (%d) (%S+) (%S+)')
  budget.limit, budget.hard, budget.keep = tonumber(limit), tonumber(hard), tonumber(keep)
  return tonumber(rolling)
end

local function openBudget(state, config)
  local budget
  if not state then
    budget = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
    budget.rolling = describeBudget(budget, config)
    local slice = sliceOf(budget.rolling, now)
    budget.usedLatest, budget.creditLatest = slice, slice
    return budget
  end
  budget = { read('<ddddddddddd', state, 2) }
  if budget.rolling > 0 then moveBudget(budget, state) end
  if config and sub(state, budget.after) ~= config then describeBudget(budget, config) end
  return budget
end
`;

const SAVING = `
local function open(kind, state, config, at)
  if kind == RATE then return openRate(state, config, at) end
  if kind == SLOTS then return openSlots(state, config) end
  return openBudget(state, config)
end

local function keepFor(learned, closed)
  if closed - now > DAY then return min(closed - now + 2 * DAY, YEAR) end
  return learned >= 0 and 30 * DAY or 2 * DAY
end

local function save(key, kind, state, config)
  local text, ttl
  if kind == RATE then
    local rate = state
    ttl = keepFor(rate.learned, rate.closed)
    local missing = rate.burst - rate.unused
    if missing > 0 and rate.flow > 0 then ttl = min(ttl + missing / rate.flow, YEAR) end
    rate.until = now + ttl
    text = 'r' .. pack('<dddddddddddd', unpack(rate)) .. config
  elseif kind == SLOTS then
    local slots = state
    ttl = keepFor(slots.learned, slots.closed)
    slots.until = now + ttl
    text = 's' .. pack('<ddddddd', unpack(slots)) .. config
  else
    local budget = state
    ttl = min(budget.keep + 2 * DAY, YEAR)
    budget.until = now + ttl
    local used, credit = budget.usedRing, budget.creditRing
    if credit and not used then used = string.rep('\\0', ${RING_BYTES}) end
    budget.rings = credit and 2 or used and 1 or 0
    text = 'b' .. pack('<ddddddddddd', unpack(budget, 1, 11)) .. (used or '') .. (credit or '') .. config
  end
  call('SET', key, text, 'PX', floor(ttl))
end

local function write(key, kind, state, config)
  if kind == RATE then
    local rate = state
    if rate.until - now > DAY + (rate.burst - rate.unused) / rate.flow then
      return call('SETRANGE', key, '1', pack('<dddd', rate.unused, rate.held, rate.granted, rate.at))
    end
  elseif kind == SLOTS then
    local slots = state
    if slots.until - now > DAY then return call('SETRANGE', key, '1', pack('<dd', slots.taken, slots.at)) end
  else
    local budget = state
    if budget.until - now > DAY + budget.keep then
      return call('SETRANGE', key, '1', pack('<dd', budget.reserved, budget.used))
    end
  end
  save(key, kind, state, config)
end
`;

const SETTLING = `
local function less(held, claimed)
  local left = held - claimed
  return left > 0.000001 and left or 0
end

local function settle(kind, state, claimed, used, at)
  if kind == RATE then
    local rate = state
    rate.held = less(rate.held, claimed)
    rate.unused = rate.unused - used
  elseif kind == SLOTS then
    local slots = state
    slots.taken = less(slots.taken, claimed)
  else
    local budget = state
    budget.reserved = less(budget.reserved, claimed)
    spend(budget, used, at)
  end
end
`;

/**
 * How states are read and kept. A state is its kind, its numbers, what is used and let slice by slice for a budget that moves
 * on, and the text that describes its meter: as long as that is the same, nothing of it has to be read.
 */
export const STATES = lua(RATES + PLACES + BUDGETS + SAVING + SETTLING);
