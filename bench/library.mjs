// ClaudeService against the bare SDK, JSON and SSE, at 1, 32 and 256 calls at a time.
import { bareClient, claudeService, json, sse } from './lib/clients.mjs';
import { alternate, load, ownCpu, table } from './lib/measure.mjs';
import { floorClient } from './lib/floor.mjs';
import { start } from './lib/processes.mjs';

export async function benchLibrary({ rounds = 7, concurrencies = [1, 32, 256], scale = 1, everything = false } = {}) {
  const simulator = await start('./simulator.mjs');
  const bare = bareClient(simulator.url);
  const floor = floorClient(simulator.url);
  const { claude, close } = await claudeService(simulator.url, {}, everything);
  for (const concurrency of concurrencies) {
    for (const [mode, call] of [
      ['JSON', json],
      ['SSE', sse],
    ]) {
      const contestant = (name, client, total) => ({
        name,
        run: () => load(() => call(client), { concurrency, total: Math.ceil(total * scale), cpu: ownCpu }),
      });
      const results = await alternate(
        [
          contestant('bare SDK', bare, concurrency === 1 ? 300 : 1_000),
          contestant(
            everything ? 'ClaudeService, every room on' : 'ClaudeService',
            claude,
            concurrency === 1 ? 600 : 4_000,
          ),
          contestant('SDK on the least possible fetch', floor, concurrency === 1 ? 600 : 4_000),
        ],
        rounds,
      );
      console.log(table(`Library, ${mode}, ${concurrency} at a time`, results));
    }
  }
  await close();
  await simulator.stop();
}
