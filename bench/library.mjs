// ClaudeService against the bare SDK, JSON and SSE, at 1, 32 and 256 calls at a time.
import { printAims } from './lib/aims.mjs';
import { bareClient, claudeService, json, sse } from './lib/clients.mjs';
import { alternate, load, ownCpu, table } from './lib/measure.mjs';
import { floorClient } from './lib/floor.mjs';
import { start } from './lib/processes.mjs';

/** Newer Node's own fetch is faster, so that there is less to win. */
const GOALS = Number(process.versions.node.split('.')[0]) >= 24 ? { json: 2.7, sse: 1.9 } : { json: 4, sse: 2.8 };

const MANY = 256;

export async function benchLibrary({
  rounds = 7,
  concurrencies = [1, 32, MANY],
  scale = 1,
  everything = false,
  only,
} = {}) {
  const simulator = await start('./replay.mjs');
  const bare = bareClient(simulator.url);
  const floor = floorClient(simulator.url);
  const { claude, close } = await claudeService(simulator.url, {}, everything);
  const ours = everything ? 'ClaudeService, every room on' : 'ClaudeService';
  const measured = new Map();
  for (const concurrency of concurrencies) {
    for (const [mode, call] of [
      ['JSON', json],
      ['SSE', sse],
    ]) {
      if (only !== undefined && only !== `${mode} ${concurrency}`) continue;
      const contestant = (name, client, total) => ({
        name,
        run: () => load(() => call(client), { concurrency, total: Math.ceil(total * scale), cpu: ownCpu }),
      });
      const results = await alternate(
        [
          contestant('bare SDK', bare, concurrency === 1 ? 300 : 1_000),
          contestant(ours, claude, concurrency === 1 ? 600 : 4_000),
          contestant('SDK on the least possible fetch', floor, concurrency === 1 ? 600 : 4_000),
        ],
        rounds,
      );
      console.log(table(`Library, ${mode}, ${concurrency} at a time`, results));
      const ratio = (figure) => results.get(ours)[figure] / results.get('bare SDK')[figure];
      measured.set(`${mode} ${concurrency}`, { perSecond: ratio('perSecond'), p50: ratio('p50') });
    }
  }
  if (everything && only === undefined) printAims('library', aimsOf(measured), { judges: scale === 1 });
  await close();
  await simulator.stop();
}

function aimsOf(measured) {
  const many = (mode) => measured.get(`${mode} ${MANY}`).perSecond;
  return [
    { what: 'JSON, calls/s of the bare SDK', goal: GOALS.json, best: 'most', value: many('JSON') },
    { what: 'SSE, calls/s of the bare SDK', goal: GOALS.sse, best: 'most', value: many('SSE') },
    { what: "one call at a time, p50 of the bare SDK's", goal: 0.6, best: 'least', value: measured.get('JSON 1').p50 },
  ];
}
