import { lua } from './fields.js';

/** Expiries that one call cleans up after. */
const SWEPT_AT_ONCE = 16;

/** Milliseconds for which a lease is known that has expired, so that a settlement that comes late corrects it. */
export const LAPSED_FOR_MS = 86_400_000;

/**
 * Milliseconds for which a lease is known after it should have expired, until a call comes by that lets go of it. As long as
 * any limit is known without a call: where the clock is set forward, no claim stays held whose lease is forgotten.
 */
export const HELD_FOR_MS = 30 * 86_400_000;

/** Looks for leases that have expired. Scores are whole milliseconds, which are compared without reading text. */
export const DUE = `
local due = call('ZRANGEBYSCORE', KEYS[1], '-inf', time[1] .. sub('00' .. floor(time[2] / 1000), -3), 'WITHSCORES', 'LIMIT', '0', '${SWEPT_AT_ONCE}')
`;

/**
 * Lets go of what was held too long, each lease at its own time. A record is, line by line: a letter for each claim (`h` held,
 * `l` lapsed, `s` settled), when it lapsed, the keys it holds claims of, and the amounts.
 */
export const SWEEP = lua(`
for each = 1, #due, 2 do
  local id, at = due[each], tonumber(due[each + 1])
  local name = KEYS[1] .. ':' .. id
  local record = call('GET', name)
  call('ZREM', KEYS[1], id)
  if record then
    local lines = {}
    for line in string.gmatch(record, '[^\\n]+') do lines[#lines + 1] = line end
    local mask, claims = lines[1], #lines[1]
    for i = 1, claims do
      local key = lines[2 + i]
      local state = byte(mask, i) == 104 and call('GET', key)
      if state then
        local kind, amount = byte(state), tonumber(lines[2 + claims + i])
        local opened = open(kind, state, nil, at)
        settle(kind, opened, amount, amount, at)
        write(key, kind, opened, sub(state, opened[kind == RATE and 13 or kind == SLOTS and 8 or 12]))
      end
    end
    lines[1] = string.gsub(mask, 'h', 'l')
    lines[2] = string.format('%.17g', at)
    call('SET', name, table.concat(lines, '\\n'), 'PX', ${LAPSED_FOR_MS})
  end
end
`);
