import { lua, HOT } from './fields.js';
import { SETTLED_FOR_MS } from './settle.lua.js';

// Almost every decision ends here: all meters are known and described as before, and all is there. Little is called then but
// the server, as calls, tables and texts cost a script more than all it computes. Where one thing is different, nothing has
// been written, and the scripts go on with all the rules.

/** Reads all fields with one command, and beside them when something expires next, and whether leases were told that nobody heard of. */
const READ_FIELDS = `
local asked = cjson.decode(ARGV[1])
local fields = asked[2]
local kept = call('HMGET', KEYS[2], 'next', 'replays', unpack(asked, 3, 2 + fields))
local due = kept[1] and kept[1] + 0`;

/** For each field that is as it was described, until something changes it; what follows is done with its numbers. */
const EACH_FIELD = `
  local claim, put, isPlain = 3 + 2 * fields, {}, true
  for f = 1, fields do
    local state, digest = kept[2 + f], asked[2 + fields + f]
    isPlain = false
    if not state then break end
    local kind = byte(asked[2 + f])`;

/** The numbers of rates, and then each of these rates, with what has flowed back by now. */
const EACH_RATE = `
      local format = sub(DOUBLES, 1, 1 + #state / 8)
      local s = { read(format, state) }
      local passed = now - s[1]
      if passed < 0 or now >= s[2] or s[3] ~= digest then break end
      isPlain, s[1] = true, now
      for r = 4, #s - 1, ${HOT.rate} do
        claim = claim + 1
        local amount, unused, burst, flow = asked[claim], s[r], s[r + 3], s[r + 4]
        if passed > 0 then unused = unused + flow * passed end
        if unused > burst then unused = burst end
        if burst - unused > flow * DAY then isPlain = false end`;

const READ_BUDGET = `
      local at, fresh, known, reserved, used, recent, room = read('<ddddddd', state)
      if now < at or now >= fresh or known ~= digest then break end
      claim = claim + 1`;

const READ_SLOTS = `
      local at, fresh, known, taken, limit = read('<ddddd', state)
      if now < at or now >= fresh or known ~= digest then break end
      claim = claim + 1`;

const END_FIELD = `
    if not isPlain then break end
    put[2 * f - 1] = asked[2 + f]
  end`;

export const ACQUIRE_PLAIN = lua(`${READ_FIELDS}
local till = floor(now + ARGV[3]) + 1
if due and now < due and till >= due and ARGV[4] == '' and not kept[2] then
  local answer = { 1 }
${EACH_FIELD}
    if kind == RATES then${EACH_RATE}
        local held, granted = s[r + 1] + amount, s[r + 2] + amount
        if held - unused > flow * 0.001 then isPlain = false end
        s[r], s[r + 1], s[r + 2], answer[#answer + 1] = unused, held, granted, granted
      end
      put[2 * f] = pack(format, unpack(s))
    elseif kind == BUDGET then${READ_BUDGET}
      reserved = reserved + asked[claim]
      isPlain = reserved + used <= room
      put[2 * f] = pack('<ddddddd', now, fresh, known, reserved, used, recent, room)
    else${READ_SLOTS}
      taken = taken + asked[claim]
      isPlain = taken <= limit
      put[2 * f] = pack('<ddddd', now, fresh, known, taken, limit)
    end${END_FIELD}
  if isPlain then
    if call('ZADD', KEYS[1], 'NX', text('%d', till), ARGV[1]) == 0 then return { 1 } end
    call('HSET', KEYS[2], unpack(put))
    return answer
  end
end
`);

export const SETTLE_PLAIN = lua(`${READ_FIELDS}
local used, wasHeld = cjson.decode(ARGV[3]), false
if due and now < due and ARGV[4] == 'plain' then
  local amounts, before = used, 3 + 2 * fields
${EACH_FIELD}
    if kind == RATES then${EACH_RATE}
        local held = s[r + 1] - amount
        s[r], s[r + 1] = unused - amounts[claim - before], held > 0.000001 and held or 0
      end
      put[2 * f] = pack(format, unpack(s))
    elseif kind == BUDGET then${READ_BUDGET}
      local spent, left = amounts[claim - before], reserved - asked[claim]
      if left <= 0.000001 then left = 0 end
      isPlain = true
      put[2 * f] = pack('<ddddddd', now, fresh, known, left, used + spent, recent + spent, room)
    else${READ_SLOTS}
      local left = taken - asked[claim]
      if left <= 0.000001 then left = 0 end
      isPlain = true
      put[2 * f] = pack('<ddddd', now, fresh, known, left, limit)
    end${END_FIELD}
  if isPlain and call('ZREM', KEYS[1], ARGV[1]) == 1 then
    wasHeld = true
    if call('SET', KEYS[3], 's', 'PX', '${SETTLED_FOR_MS}', 'NX') then
      call('HSET', KEYS[2], unpack(put))
      return 1
    end
  end
end
`);
