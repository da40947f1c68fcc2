import { HOT, lua } from './fields.js';

/** What the name of a field begins with that has all there is to know of the meters of another one. */
export const COLD = '#';

/**
 * How fields are read and kept. A field is one meter, or the rates of one pool: numbers that decisions need, packed, and beside
 * it a field of all there is to know of each meter. A script opens a field once; until it saves that, nothing has changed.
 */
export const FAMILIES = lua(`
local families = {}
local HOT = { [RATES] = ${HOT.rate}, [SLOTS] = ${HOT.slots}, [BUDGET] = ${HOT.budget} }

local function readFamily(field)
  local hot, cold = unpack(call('HMGET', KEYS[2], field, '${COLD}' .. field))
  local kind = byte(field)
  local family = { field = field, kind = kind, at = now, fresh = 0, digest = 0, members = {}, named = {}, isKept = hot and cold }
  if not family.isKept then return family end
  local numbers = { read(sub(DOUBLES, 1, 1 + #hot / 8), hot) }
  family.at, family.fresh, family.digest, family.members = numbers[1], numbers[2], numbers[3], cmsgpack.unpack(cold)
  local place, count = 3, HOT[kind]
  for _, member in ipairs(family.members) do
    for i = 1, count do member[2 + i] = numbers[place + i] end
    place = place + count
    family.named[member[1]] = member
  end
  return family
end

local function setBack(family, back)
  family.at, family.isChanged = now, true
  for _, member in ipairs(family.members) do
    if family.kind == RATES then
      setBackRate(member, back)
    elseif family.kind == SLOTS then
      local slots = member
      slots.closed = slots.closed - back
    end
  end
end

local function bringTo(family, at)
  local passed = at - family.at
  if family.kind == BUDGET then
    for _, budget in ipairs(family.members) do
      if moveBudget(budget) then family.isChanged = true end
    end
  elseif family.kind == RATES and passed > 0 then
    for _, rate in ipairs(family.members) do flowBack(rate, passed) end
  end
  if passed > 0 then
    family.at = at
  elseif family.at > now then
    setBack(family, family.at - now)
  end
end

local function open(field, at)
  local family = families[field]
  if not family then
    family = readFamily(field)
    families[field] = family
    bringTo(family, at)
  elseif family.at < at then
    if family.kind == BUDGET then family.at = at else bringTo(family, at) end
  end
  return family
end

local function describe(family, member, config)
  if member[2] == config then return end
  local isSame = family.kind == BUDGET and match(member[2], '^b %S+ %d %S+') == match(config, '^b %S+ %d %S+')
  if family.kind == RATES then
    describeRate(member, config)
  elseif family.kind == SLOTS then
    describeSlots(member, config)
  else
    describeBudget(member, config)
  end
  family.isChanged = true
  if not isSame then family.digest = 0 end
end

local function newMember(kind, name, config)
  if kind == RATES then return newRate(name, config) end
  if kind == SLOTS then return newSlots(name, config) end
  return newBudget(name, config)
end

local function look(family, name, config)
  local member = family.named[name]
  if not member then return newMember(family.kind, name, config) end
  describe(family, member, config)
  return member
end

local function memberOf(family, name, config)
  local member = look(family, name, config)
  if not family.named[name] then
    family.named[name], family.isChanged, family.digest = member, true, 0
    family.members[#family.members + 1] = member
  end
  return member
end
`);

/** Writes fields, and sees to it that everything expires. */
export const SAVING = lua(`
local function lastFor(key, ms)
  if call('PTTL', key) < ms then call('PEXPIRE', key, text('%d', ms)) end
end

local function expireAt(member, at)
  call('ZADD', KEYS[1], text('%d', at), member)
  if not due or at < due then
    due = at
    call('HSET', KEYS[2], 'next', text('%d', at))
  end
end

local function lastingOf(family)
  local ttl, fresh = 0, now + DAY
  for _, member in ipairs(family.members) do
    if family.kind == RATES then
      local rate = member
      ttl = max(ttl, rateLastsFor(rate))
      if rate.closed > now then fresh = 0 end
    elseif family.kind == SLOTS then
      local slots = member
      ttl = max(ttl, lastsFor(slots.learned, slots.closed))
      if slots.closed > now then fresh = 0 end
    else
      local budget = member
      local keep = match(budget.config, '(%S+)$')
      budget.until = max(budget.until, now + min(keep + 2 * DAY, YEAR))
      ttl, fresh = budget.until - now, freshUntil(budget)
    end
  end
  return ttl, fresh
end

local function packed(family)
  local numbers = { family.at, family.fresh, family.digest }
  for _, member in ipairs(family.members) do
    for i = 3, 2 + HOT[family.kind] do numbers[#numbers + 1] = member[i] end
  end
  return pack(sub(DOUBLES, 1, 1 + #numbers), unpack(numbers))
end

local function needsAll(family)
  if family.isChanged or now >= family.fresh then return true end
  if family.kind == BUDGET then
    local budget = family.members[1]
    return budget.rolling > 0
  end
  if family.kind == SLOTS then return false end
  for _, rate in ipairs(family.members) do
    if isFarFromFull(rate) then return true end
  end
  return false
end

local function save(family)
  if family.kind == BUDGET then sumUp(family.members[1]) end
  local isAll = needsAll(family)
  family.isChanged, family.isKept = false, true
  if not isAll then return call('HSET', KEYS[2], family.field, packed(family)) end
  local ttl, fresh = lastingOf(family)
  family.fresh = fresh
  call('HSET', KEYS[2], family.field, packed(family), '${COLD}' .. family.field, cmsgpack.pack(family.members))
  expireAt(family.field, floor(now + ttl))
  lastFor(KEYS[1], ttl)
  lastFor(KEYS[2], ttl)
end

local function saveAll()
  for _, family in pairs(families) do save(family) end
end
`);

/** Takes and gives back, whatever the kind. */
export const SETTLING = lua(`
local function less(held, claimed)
  local left = held - claimed
  return left > 0.000001 and left or 0
end

local function settle(kind, member, claimed, used, at)
  if kind == RATES then
    local rate = member
    rate.held = less(rate.held, claimed)
    rate.unused = rate.unused - used
  elseif kind == SLOTS then
    local slots = member
    slots.taken = less(slots.taken, claimed)
  else
    local budget = member
    budget.reserved = less(budget.reserved, claimed)
    spend(budget, used, at)
  end
end
`);
