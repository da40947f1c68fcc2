import { HEAD_NUMBERS, HOT, lua } from './fields.js';
import { SETTLED_FOR_MS } from './settle.lua.js';

// Almost every decision ends here: all meters are known and described as before, and all is there. Little is called then but
// the server, as calls, tables and texts cost a script more than all it computes. Where one thing is different, nothing has
// been written, and the scripts go on with all the rules.

/** As many rates as one pool has, at most. */
const MAX_RATES = 4;

/** Reads all fields with one command, and beside them when something expires next, and whether leases were told that nobody heard of. */
const READ_FIELDS = `
local asked = askedOf(ARGV[1])
local fields = asked[2] + 0
local kept = call('HMGET', KEYS[2], 'next', 'replays', unpack(asked, 3, 2 + fields))
local due = kept[1] and kept[1] + 0`;

/**
 * For each field that nothing has changed since; what follows is done with its numbers. Whether all are as they were described
 * is seen at the end, by one sum. What is written has places from the start: a table that grows is copied each time.
 */
const EACH_FIELD = `
  local claim, last, digests, put, isPlain = 4 + fields, #asked - 1, 0, { 0, 0, 0, 0, 0, 0, 0, 0 }, true
  for f = 1, fields do
    local state = kept[2 + f]
    isPlain = false
    if not state then break end
    local name = asked[2 + f]
    local kind = byte(name)
    put[2 * f - 1] = name`;

/** Lua for each of so many rates, where `$` stands for its number: locals cost less than a table. */
function each(count: number, source: string, between = ''): string {
  return Array.from({ length: count }, (_, i) => source.replaceAll('$', String(i + 1))).join(between);
}

/** So many rates of one field, with what has flowed back by now; what `ofEach` says is done with each, then `ofAll`. */
function ratesOf(count: number, ofEach: string, ofAll: string): string {
  const numbers = HEAD_NUMBERS + count * HOT.rate;
  const names = each(count, 'unused$, held$, granted$, burst$, flow$', ', ');
  const format = `<${'d'.repeat(numbers)}`;
  return `
      if #state == ${8 * numbers} then
        local at, fresh, known, ${names} = read('${format}', state)
        local passed = now - at
        if passed < 0 or now >= fresh or claim + ${count} > last then break end
        isPlain, digests = true, digests + known
        if passed > 0 then${each(count, ' unused$ = unused$ + flow$ * passed')} end${each(
          count,
          `
        if unused$ > burst$ then unused$ = burst$ end
        if burst$ - unused$ > flow$ * DAY then isPlain = false end${ofEach}`,
        )}${ofAll}
        claim = claim + ${count}
        put[2 * f] = pack('${format}', now, fresh, known, ${names})
      end`;
}

function eachRate(ofEach: string, ofAll: (count: number) => string = () => ''): string {
  return Array.from({ length: MAX_RATES }, (_, i) => ratesOf(i + 1, ofEach, ofAll(i + 1))).join('');
}

const READ_BUDGET = `
      local at, fresh, known, reserved, used, recent, room = read('<ddddddd', state)
      if now < at or now >= fresh or claim == last then break end
      claim, digests = claim + 1, digests + known`;

const READ_SLOTS = `
      local at, fresh, known, taken, limit = read('<ddddd', state)
      if now < at or now >= fresh or claim == last then break end
      claim, digests = claim + 1, digests + known`;

const END_FIELDS = `
    if not isPlain then break end
  end
  if isPlain and digests == asked[3 + fields] + 0 `;

export const ACQUIRE_PLAIN = lua(`${READ_FIELDS}
local till = floor(now + ARGV[3]) + 1
if due and now < due and till >= due and ARGV[4] == '' and not kept[2] then
  local answer
${EACH_FIELD}
    if kind == RATES then${eachRate(
      `
        held$, granted$ = held$ + asked[claim + $], granted$ + asked[claim + $]
        if held$ - unused$ > flow$ * 0.001 then isPlain = false end`,
      (count) => `
        if answer then${each(count, ' answer[#answer + 1] = granted$')} else answer = { 1, ${each(count, 'granted$', ', ')} } end`,
    )}
    elseif kind == BUDGET then${READ_BUDGET}
      reserved = reserved + asked[claim]
      isPlain = reserved + used <= room
      put[2 * f] = pack('<ddddddd', now, fresh, known, reserved, used, recent, room)
    else${READ_SLOTS}
      taken = taken + asked[claim]
      isPlain = taken <= limit
      put[2 * f] = pack('<ddddd', now, fresh, known, taken, limit)
    end${END_FIELDS}then
    if call('ZADD', KEYS[1], 'NX', text('%d', till), ARGV[1]) == 0 then return { 1 } end
    call('HSET', KEYS[2], unpack(put, 1, 2 * fields))
    return answer or { 1 }
  end
end
`);

export const SETTLE_PLAIN = lua(`${READ_FIELDS}
local amounts, wasHeld = { read(sub(TEXTS, 1, #asked - 5 - fields), ARGV[3]) }, false
if due and now < due and ARGV[4] == 'plain' then
  local before = 4 + fields
${EACH_FIELD}
    if kind == RATES then${eachRate(`
        held$, unused$ = held$ - asked[claim + $], unused$ - amounts[claim + $ - before]
        if held$ <= 0.000001 then held$ = 0 end`)}
    elseif kind == BUDGET then${READ_BUDGET}
      local spent, left = amounts[claim - before] + 0, reserved - asked[claim]
      if left <= 0.000001 then left = 0 end
      isPlain = true
      put[2 * f] = pack('<ddddddd', now, fresh, known, left, used + spent, recent + spent, room)
    else${READ_SLOTS}
      local left = taken - asked[claim]
      if left <= 0.000001 then left = 0 end
      isPlain = true
      put[2 * f] = pack('<ddddd', now, fresh, known, left, limit)
    end${END_FIELDS}and call('ZREM', KEYS[1], ARGV[1]) == 1 then
    wasHeld = true
    if call('SET', KEYS[3], 's', 'PX', '${SETTLED_FOR_MS}', 'NX') then
      call('HSET', KEYS[2], unpack(put, 1, 2 * fields))
      return 1
    end
  end
end
`);
