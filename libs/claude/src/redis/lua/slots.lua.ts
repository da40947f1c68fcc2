import { lua } from './fields.js';

/** Places. */
export const PLACES = lua(`
local function describeSlots(slots, config)
  local limit = tonumber(sub(config, 3))
  slots.config, slots.limit = config, slots.learned >= 0 and min(limit, slots.learned) or limit
end

local function newSlots(name, config)
  return { name, config, 0, tonumber(sub(config, 3)), -1, 0, 0 }
end
`);
