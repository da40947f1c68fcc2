import { lua } from './fields.js';

/**
 * Takes all claims or none. ARGV: what is asked, the descriptions of the meters line by line, how long it lasts, what is forced
 * (`all`, `limits` or nothing). What is not granted goes on to say why.
 */
export const ACQUIRE = lua(`
local claims, force = claimsOf(asked, ARGV[2]), ARGV[4]
local granted = { 1 }

local function isForced(kind)
  return force == 'all' or (force == 'limits' and kind ~= BUDGET)
end

local function take(kind, member, amount)
  if kind == RATES then
    local rate = member
    local isThere = amount - (rate.unused - rate.held) <= rate.flow * 0.001 and rate.closed - now <= 0.001
    if not isThere and not isForced(kind) then return false end
    rate.held = rate.held + amount
    rate.granted = rate.granted + amount
  elseif kind == SLOTS then
    local slots = member
    local isThere = slots.taken + amount <= slots.limit and slots.closed - now <= 0.001
    if not isThere and not isForced(kind) then return false end
    slots.taken = slots.taken + amount
  else
    local budget = member
    if budget.hard == 1 and force ~= 'all' then
      local limit = budget.limit + budget.credit
      if limit <= 0 or budget.used + budget.reserved + amount > limit then return false end
    end
    budget.reserved = budget.reserved + amount
  end
  return true
end

local function takeAll()
  granted = { 1 }
  for _, claim in ipairs(claims) do
    local family = open(claim.field, now)
    local member = memberOf(family, claim.name, claim.config)
    if not take(family.kind, member, claim.amount) then return false end
    local rate = member
    if family.kind == RATES then granted[#granted + 1] = rate.granted end
  end
  return true
end

local function nameFamilies()
  local asks = {}
  for _, claim in ipairs(claims) do
    local family = families[claim.field]
    local members = asks[family] or {}
    members[#members + 1], asks[family] = family.named[claim.name], members
  end
  local place = 2
  for each in string.gmatch(claims.digests, '%S+') do
    place = place + 1
    local family, digest = families[asked[place]], tonumber(each)
    local members = asks[family]
    if digest > 0 and digest ~= family.digest and #members == #family.members then
      family.members, family.digest, family.isChanged = members, digest, true
    end
  end
end

local function grant()
  local till = floor(now + ARGV[3]) + 1
  if call('ZADD', KEYS[1], 'NX', text('%d', till), ARGV[1]) == 0 then return { 1 } end
  nameFamilies()
  saveAll()
  expireAt(ARGV[1], till)
  return granted
end

if kept[2] and call('EXISTS', nameOf(asked[1])) == 1 then return { 1 } end
if takeAll() then return grant() end
`);
