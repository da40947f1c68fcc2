import { setMaxListeners } from 'node:events';
import { bareClient, claudeService } from './lib/clients.mjs';
import { pause } from './lib/crowd.mjs';
import { start } from './lib/processes.mjs';
import { PARAMS } from './lib/requests.mjs';

const STREAMS = 2_000;
/** The whole process, Node, Nest and the SDK included. */
const AT_MOST_MB = 200;
const SETTLE_MS = 1_000;

/** Limits that hold nobody up. */
const WIDE = { rateLimit: { requestsPerMinute: 1e6, tokensPerMinute: 1e9, concurrency: false } };

/** What open streams cost in memory: this process holds them, each in the middle of its answer and read by somebody. */
export async function benchStreams({ bare = false, everything = false }) {
  const simulator = await start('./slow-simulator.mjs');
  const { claude, close } = bare
    ? { claude: bareClient(simulator.url), close: () => undefined }
    : await claudeService(simulator.url, WIDE, everything);
  console.log(`\n### Open streams, ${bare ? 'bare SDK' : 'ClaudeService'}\n\n| | RSS MB | heap MB |\n|---|---:|---:|`);
  const before = row('no stream', await memory());
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  const readings = Array.from({ length: STREAMS }, () => new Reading(claude, controller.signal));
  await Promise.all(readings.map(({ begun }) => begun));
  // A turn for whatever is on its way.
  await pause(SETTLE_MS);
  const held = row(`${STREAMS} streams${bare ? '' : `, at most ${AT_MOST_MB}`}`, await memory());
  const missed = !bare && held.rss > AT_MOST_MB;
  console.log(
    `\n${(((held.rss - before.rss) * 1024) / STREAMS).toFixed(1)} KB a stream${missed ? ': **missed**' : ''}`,
  );
  controller.abort();
  await Promise.all(readings.map(({ ended }) => ended));
  await close();
  await simulator.stop();
  if (missed && held.rss > AT_MOST_MB * 1.25) process.exitCode = 1;
}

/** A stream that is read until somebody ends it. */
class Reading {
  begun;
  ended;

  constructor(claude, signal) {
    this.begun = new Promise((resolve, reject) => {
      this.ended = this.#read(claude, signal, resolve).catch(reject);
    });
  }

  async #read(claude, signal, onBegin) {
    const stream = await claude.messages.create({ ...PARAMS, stream: true }, { signal });
    for await (const { type } of stream) if (type === 'content_block_delta') onBegin();
  }
}

/** Memory once the garbage is gone, in MB: V8 gives the pages of what it collected back a little later, on threads of its own. */
async function memory() {
  globalThis.gc?.();
  await pause(SETTLE_MS);
  const { rss, heapUsed } = process.memoryUsage();
  return { rss: rss / 1024 / 1024, heapUsed: heapUsed / 1024 / 1024 };
}

function row(name, used) {
  console.log(`| ${name} | ${used.rss.toFixed(1)} | ${used.heapUsed.toFixed(1)} |`);
  return used;
}
