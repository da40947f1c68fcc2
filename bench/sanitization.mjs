// What looking at a small request costs a call, in this process alone, with the module's defaults.
import { systemClock } from '../libs/claude/dist/esm/call/clock.js';
import { composeStages } from '../libs/claude/dist/esm/call/stage.js';
import { sanitizeStage } from '../libs/claude/dist/esm/sanitization/sanitize.stage.js';
import { resolveSanitization } from '../libs/claude/dist/esm/sanitization/sanitization.settings.js';
import { Sanitizer } from '../libs/claude/dist/esm/sanitization/sanitizer.js';
import { PARAMS } from './lib/requests.mjs';
import { alternate, nanoseconds } from './lib/measure.mjs';

const LIMIT_NS = 100_000;

export async function benchSanitization({ rounds = 15, scale = 1 } = {}) {
  const total = Math.ceil(20_000 * scale);
  const sanitizer = new Sanitizer(resolveSanitization(), systemClock);
  const run = composeStages([sanitizeStage(sanitizer)], async () => undefined);
  // All that the stage looks at of a call in which nothing is found.
  const call = { params: PARAMS, findings: [] };
  const small = `sanitize stage, a request of ${JSON.stringify(PARAMS).length} bytes`;
  const results = await alternate(
    [
      { name: 'await of an async function that does nothing', run: () => nanoseconds(async () => undefined, total) },
      { name: small, run: () => nanoseconds(() => run(call), total) },
    ],
    rounds,
  );
  if (call.findings.length > 0) throw new Error('There was nothing to find.');
  console.log('\n### Sanitizing\n\n| | | at most | |\n|---|---:|---:|---|');
  for (const [name, { ns }] of results) {
    const isBound = name === small;
    const verdict = isBound ? (ns <= LIMIT_NS ? 'held' : '**missed**') : '';
    console.log(
      `| ${name} | ${(ns / 1_000).toFixed(1)} us | ${isBound ? `${LIMIT_NS / 1_000} us` : ''} | ${verdict} |`,
    );
  }
}
