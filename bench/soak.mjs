// `npm run soak`: calls of all kinds, each of which may be struck by one of the forty faults, and every minute a pause in which
// everything that must hold is looked at. See "The soak" in README.md.
import { parseArgs } from 'node:util';
import { createRandom } from '../libs/claude/dist/esm/testing/seed.js';
import { start } from './lib/processes.mjs';
import { startBlackHole } from './lib/soak/black-hole.mjs';
import { Soak } from './lib/soak/soak.mjs';
import { LIMITED, ORGANIZATIONS } from './lib/soak/module.mjs';

const { values: given } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    calls: { type: 'string' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    rate: { type: 'string', default: '200' },
    every: { type: 'string', default: '60' },
  },
});
const numberOf = (name) => {
  const value = Number(given[name]);
  if (!Number.isFinite(value) || value <= 0) throw new TypeError(`--${name} must be a number above 0.`);
  return value;
};
const seed = numberOf('seed');
const plan = {
  everyMs: numberOf('every') * 1_000,
  // So many calls as fast as they go, or so long at a rate.
  ...(given.calls === undefined
    ? { endsAfterMs: numberOf('minutes') * 60_000, callsPerSecond: numberOf('rate') }
    : { calls: numberOf('calls') }),
};
console.log(`seed ${seed}`);

const env = {
  SOAK: JSON.stringify({ seed, organizations: ORGANIZATIONS, limits: { byClass: { 'opus-5-5': LIMITED.limits } } }),
};
const [simulator, blackHole] = await Promise.all([start('./soak/simulator.mjs', { env }), startBlackHole()]);
const soak = new Soak({ simulator, blackHole: blackHole.url, random: createRandom(seed), plan });
let broken;
try {
  broken = await soak.run();
} catch (error) {
  // Whoever watches for stray errors would take this for one, and the process would end well.
  broken = [`the soak itself failed: ${error.stack}`];
} finally {
  await Promise.all([simulator.stop(), blackHole.stop()]);
}
const times = new Map();
for (const line of broken) times.set(line, (times.get(line) ?? 0) + 1);
for (const [line, count] of times) console.log(`- **BROKEN**${count > 1 ? ` ${count} times` : ''}: ${line}`);
console.log(broken.length === 0 ? '- held: everything' : `Again: npm run soak -- --seed ${seed}`);
if (broken.length > 0) process.exitCode = 1;
