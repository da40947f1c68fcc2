// The reference gateway between the least a proxy can do and what is written by hand or installed instead of it.
import { printAims } from './lib/aims.mjs';
import { GatewayClient } from './lib/gateway-client.mjs';
import { startServers } from './lib/gateway-servers.mjs';
import { alternate, load, table } from './lib/measure.mjs';
import { cpuMicroseconds, residentBytes } from './lib/processes.mjs';
import { LOADS } from './lib/requests.mjs';

const CONNECTIONS = 64;
const STREAMS = 2_000;
const MANY_REQUESTS = 200_000;
const MB = 1_000_000;

/** What each is asked under load, and how many requests a round has: of what is quick more, so that rounds are of a length. */
const TITLES = {
  json: 'JSON',
  burst: 'SSE in one burst',
  paced: 'SSE event by event',
  long: 'JSON, a prompt of 50 kB',
};
const TOTALS = { quick: 4_000, slow: 1_000 };

/** @param loads What is measured, by name, and nothing else then. Default: all loads, latency and memory. */
export async function benchGateway({ rounds = 7, scale = 1, everything = false, loads = [] } = {}) {
  const unknown = loads.filter((name) => !(name in TITLES));
  if (unknown.length > 0)
    throw new Error(`A gateway is asked ${Object.keys(TITLES).join(', ')}, not ${unknown.join(', ')}.`);
  const { upstream, servers, note, stop } = await startServers(everything);
  if (note !== null) console.log(note);
  const results = {};
  for (const [name, title] of Object.entries(TITLES)) {
    if (loads.length > 0 && !loads.includes(name)) continue;
    results[name] = await alternate(
      servers.map((server) => underLoad(server, name, scale)),
      rounds,
    );
    console.log(table(`Gateway, ${title}, ${CONNECTIONS} connections`, results[name]));
  }
  const aims = loadAims(results);
  if (loads.length === 0)
    aims.push(...(await latencyAims(upstream, servers, rounds, scale)), ...(await memoryAims(servers, scale)));
  printAims('gateway', aims, { judges: scale === 1 });
  await stop();
}

async function latencyAims(upstream, servers, rounds, scale) {
  const latencies = await alternate(
    [{ name: 'nothing between', url: upstream.url }, ...servers].map((server) => atLowLoad(server, scale)),
    rounds,
  );
  console.log(table('Gateway, JSON, one request at a time', latencies));
  const added = (figure) => latencies.get('gateway')[figure] - latencies.get('nothing between')[figure];
  return [
    { what: 'added latency, p50 ms', goal: 0.7, best: 'least', value: added('p50') },
    { what: 'added latency, p99 ms', goal: 4, best: 'least', value: added('p99') },
  ];
}

async function memoryAims(servers, scale) {
  const memory = await memoryOf(servers, scale);
  console.log(memoryTable(memory));
  const { halfway, after, stream } = memory.get('gateway');
  return [
    { what: 'MB after all requests', goal: 180, best: 'least', value: after / MB },
    { what: 'MB after all requests, of that at half', goal: 1.1, best: 'least', value: after / halfway },
    { what: 'kB each of many streams', goal: 180, best: 'least', value: stream / 1_000 },
  ];
}

function underLoad(server, name, scale) {
  const total = Math.ceil(TOTALS[server.isQuick ? 'quick' : 'slow'] * scale * (name === 'paced' ? 0.25 : 1));
  const client = new GatewayClient(server, LOADS[name], CONNECTIONS);
  const cpu = () => cpuMicroseconds(server.pid);
  return { name: server.name, run: () => load(() => client.ask(), { concurrency: CONNECTIONS, total, cpu }) };
}

function atLowLoad(server, scale) {
  const client = new GatewayClient(server, LOADS.json, 1);
  const cpu = () => (server.pid === undefined ? 0 : cpuMicroseconds(server.pid));
  const total = Math.ceil(400 * scale);
  return { name: server.name, run: () => load(() => client.ask(), { concurrency: 1, total, cpu }) };
}

/** What each has grown to, last of all, as memory is not given back. In a short run of ours alone. */
async function memoryOf(servers, scale) {
  const memory = new Map();
  for (const server of servers.filter(({ isOurs }) => isOurs || scale === 1)) {
    // Others take an hour for as many.
    const total = Math.ceil((MANY_REQUESTS * scale) / (server.isQuick && scale === 1 ? 1 : 20));
    memory.set(server.name, { total, ...(await grown(server, total, Math.ceil(STREAMS * scale))) });
  }
  return memory;
}

async function grown(server, total, streams) {
  const client = new GatewayClient(server, LOADS.json, CONNECTIONS);
  const half = { concurrency: CONNECTIONS, total: Math.ceil(total / 2), cpu: () => 0 };
  await load(() => client.ask(), half);
  const halfway = residentBytes(server.pid);
  await load(() => client.ask(), half);
  const after = residentBytes(server.pid);
  const release = await new GatewayClient(server, LOADS.held, streams).hold(streams);
  const stream = (residentBytes(server.pid) - after) / streams;
  await release();
  return { halfway, after, stream };
}

function memoryTable(memory) {
  const head = '| | requests | MB at half of them | MB after all | kB each stream |\n|---|---:|---:|---:|---:|';
  return `\n### Gateway, memory\n\n${head}\n${Array.from(memory, memoryRow).join('\n')}`;
}

function memoryRow([name, { total, halfway, after, stream }]) {
  const figures = [total, (halfway / MB).toFixed(0), (after / MB).toFixed(0), (stream / 1_000).toFixed(0)];
  return `| ${[name, ...figures].join(' | ')} |`;
}

function speedRatio(results) {
  return results.get('gateway').perSecond / results.get('Nest Express by hand').perSecond;
}

function cpuRatio(results) {
  return results.get('gateway').cpuPerCall / results.get('undici proxy').cpuPerCall;
}

/** Of the loads that were measured. */
function loadAims(results) {
  const aims = {
    json: [
      { what: 'JSON, requests/s of Nest Express by hand', goal: 5, best: 'most', of: speedRatio },
      { what: "JSON, CPU of the undici proxy's", goal: 3.8, best: 'least', of: cpuRatio },
    ],
    burst: [{ what: "SSE in one burst, CPU of the undici proxy's", goal: 3.8, best: 'least', of: cpuRatio }],
    paced: [{ what: "SSE event by event, CPU of the undici proxy's", goal: 1.4, best: 'least', of: cpuRatio }],
    long: [{ what: '50 kB prompt, requests/s of Nest Express by hand', goal: 3, best: 'most', of: speedRatio }],
  };
  return Object.entries(results).flatMap(([name, result]) =>
    aims[name].map(({ what, goal, best, of }) => ({ what, goal, best, value: of(result) })),
  );
}
