import { lua } from './fields.js';

/** The meters that flow back. Those of one pool are kept in one field, with one time. */
export const RATES = lua(`
local function boundsOf(config, learned)
  local limit, guess, refill, share, least = match(config, '^r (%S+) (%d) (%S+) (%S+) (%S+)')
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
  rate.config, rate.limit, rate.burst, rate.flow = config, limit, burst, flow
end

local function newRate(name, config)
  local limit, burst, flow = boundsOf(config, -1)
  return { name, config, burst, 0, 0, burst, flow, now, limit, -1, 0, 0 }
end

local function flowBack(rate, passed)
  if passed > 0 then rate.unused = min(rate.unused + rate.flow * passed, rate.burst) end
end

local function setBackRate(rate, back)
  rate.closed, rate.changed = rate.closed - back, rate.changed - back
end

local function isFarFromFull(rate)
  return rate.burst - rate.unused > rate.flow * DAY
end

local function lastsFor(learned, closed)
  if closed - now > DAY then return min(closed - now + 2 * DAY, YEAR) end
  return learned >= 0 and 30 * DAY or 2 * DAY
end

local function rateLastsFor(rate)
  local ttl, missing = lastsFor(rate.learned, rate.closed), rate.burst - rate.unused
  if missing > 0 and rate.flow > 0 and rate.flow < math.huge then ttl = min(ttl + missing / rate.flow, YEAR) end
  return ttl
end
`);
