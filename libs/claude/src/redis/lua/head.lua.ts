import { KIND } from './fields.js';

/** The most numbers that a field has. */
const MAX_NUMBERS = 40;

/** Digits that say how many texts a lease has. */
export const COUNT_DIGITS = 3;

/** The most texts that a lease has. */
const MAX_TEXTS = 10 ** COUNT_DIGITS - 1;

/**
 * What every script begins with. The server's time is the one that all processes share. KEYS are always: what expires, what is
 * kept of meters, and the lease, if the script is about one.
 */
export const HEAD = `
local call, pack, read, byte, sub = redis.call, struct.pack, struct.unpack, string.byte, string.sub
local floor, min, max, text, match = math.floor, math.min, math.max, string.format, string.match
local RATES, SLOTS, BUDGET = ${codeOf(KIND.rates)}, ${codeOf(KIND.slots)}, ${codeOf(KIND.budget)}
local DAY, YEAR = 86400000, 31536000000
local DOUBLES, TEXTS = '<${'d'.repeat(MAX_NUMBERS)}', '${'s'.repeat(MAX_TEXTS)}'
local function askedOf(lease) return { read(sub(TEXTS, 1, sub(lease, 2, ${1 + COUNT_DIGITS})), lease, ${2 + COUNT_DIGITS}) } end
local time = call('TIME')
local now = time[1] * 1000 + time[2] / 1000
`;

function codeOf(letter: string): number {
  return letter.charCodeAt(0);
}
