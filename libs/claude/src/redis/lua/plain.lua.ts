import { BUDGET_SLICES } from '../../admission/meter.js';
import { HELD_FOR_MS } from './leases.lua.js';
import { SETTLED_FOR_MS } from './settle.lua.js';
import { RINGS_AT, RING_BYTES } from './meters.lua.js';

const KEPT = BUDGET_SLICES + 1;

// Almost every decision ends here: all meters are known and described as before, and all is there. Nothing is called then but
// the server, as functions and tables cost a script more than all it computes. Where one thing is different, nothing has been
// written, and the scripts go on with all the rules.

/** Reads the numbers of a rate that is plain; all it has flowed back is let in. */
const READ_RATE = `
      local unused, held, granted, at, till, _, burst, flow, _, _, closed, _, after = read('<dddddddddddd', kept, 2)
      if at <= now and sub(kept, after) == config and not (till - now <= DAY + (burst - unused) / flow) then
        if at < now then
          unused = unused + flow * (now - at)
          if unused > burst then unused = burst end
        end`;

const READ_SLOTS = `
      local taken, at, till, _, closed, _, limit, after = read('<ddddddd', kept, 2)
      if at <= now and sub(kept, after) == config and till - now > DAY then`;

/** Reads the numbers of a budget whose stretch has not moved on by a slice. */
const READ_BUDGET = `
      local reserved, used, till, latest, credit, _, rolling, keep, limit, hard, rings = read('<ddddddddddd', kept, 2)
      local slice = rolling > 0 and floor(now / math.ceil(rolling / ${BUDGET_SLICES})) or 0
      if slice <= latest and till - now > DAY + keep and sub(kept, ${RINGS_AT} + ${RING_BYTES} * rings) == config then`;

export const ACQUIRE_PLAIN = `
if not due[1] and ARGV[3] == '' and ARGV[4] == '' then
  local count = #KEYS - 2
  local texts, totals, isPlain = {}, { 1 }, true
  for i = 1, count do
    local config, kept = ARGV[4 + i], call('GET', KEYS[2 + i])
    local amount, kind = ARGV[4 + count + i] + 0, byte(config)
    isPlain = false
    if not kept then break end
    if kind == RATE then${READ_RATE}
        if amount - (unused - held) <= flow * 0.001 and closed - now <= 0.001 then
          isPlain, totals[1 + i] = true, granted + amount
          texts[i] = pack('<dddd', unused, held + amount, granted + amount, now)
        end
      end
    elseif kind == SLOTS then${READ_SLOTS}
        if taken + amount <= limit and closed - now <= 0.001 then
          isPlain, totals[1 + i] = true, 0
          texts[i] = pack('<dd', taken + amount, now)
        end
      end
    else${READ_BUDGET}
        limit = limit + credit
        if hard == 0 or (limit > 0 and used + reserved + amount <= limit) then
          isPlain, totals[1 + i] = true, 0
          texts[i] = pack('<d', reserved + amount)
        end
      end
    end
    if not isPlain then break end
  end
  if isPlain then
    local record = ARGV[5 + 2 * count] .. table.concat(KEYS, '\\n', 3) .. '\\n' .. table.concat(ARGV, '\\n', 5 + count, 4 + 2 * count)
    if not call('SET', KEYS[2], record, 'PX', ARGV[6 + 2 * count], 'NX') then return { 1 } end
    for i = 1, count do call('SETRANGE', KEYS[2 + i], '1', texts[i]) end
    call('ZADD', KEYS[1], floor(now + ARGV[2]) + 1, ARGV[1])
    call('PEXPIRE', KEYS[1], '${HELD_FOR_MS}')
    return totals
  end
end
`;

export const SETTLE_PLAIN = `
local record = call('GET', KEYS[2])
if record == 's' then return 0 end
if not due[1] and ARGV[2] == '1' and record then
  local count = #KEYS - 2
  local texts, places, slices, isPlain = {}, {}, {}, sub(record, 1, count) == ARGV[3]
  for i = 1, isPlain and count or 0 do
    local config, kept, amount = ARGV[3 + i], call('GET', KEYS[2 + i]), ARGV[3 + 2 * count + i]
    isPlain = false
    if not kept or amount == '' then break end
    local claimed, kind = ARGV[3 + count + i] + 0, byte(config)
    if kind == RATE then${READ_RATE}
        held = held - claimed
        isPlain, texts[i] = true, pack('<dddd', unused - amount, held > 0.000001 and held or 0, granted, now)
      end
    elseif kind == SLOTS then${READ_SLOTS}
        taken = taken - claimed
        isPlain, texts[i] = true, pack('<dd', taken > 0.000001 and taken or 0, now)
      end
    else${READ_BUDGET}
        reserved = reserved - claimed
        isPlain = rolling == 0 or (rings > 0 and slice == latest)
        if rings > 0 and isPlain then
          local place = slice % ${KEPT} * 8 + ${RINGS_AT}
          places[i], slices[i] = place - 1, pack('<d', read('<d', kept, place) + amount)
        end
        texts[i] = pack('<dd', reserved > 0 and reserved or 0, used + amount)
      end
    end
    if not isPlain then break end
  end
  if isPlain then
    for i = 1, count do
      call('SETRANGE', KEYS[2 + i], '1', texts[i])
      if places[i] then call('SETRANGE', KEYS[2 + i], places[i], slices[i]) end
    end
    call('SET', KEYS[2], 's', 'PX', '${SETTLED_FOR_MS}')
    call('ZREM', KEYS[1], ARGV[1])
    return 1
  end
end
`;
