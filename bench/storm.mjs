// `npm run bench:storm`: 200 callers, and an API that answers 529 for a minute. What reaches it, how callers are refused
// meanwhile, and how soon all is well again. `--retry-after` runs it once more with `retry-after: 2` on each 529;
// `--quick` makes all times twenty times shorter, those of the module's options too, and compares with nobody.
import { CircuitBreakerService } from 'nestjs-claude';
import { bareClient, claudeService, json } from './lib/clients.mjs';
import { Crowd, pause } from './lib/crowd.mjs';
import { quantile } from './lib/measure.mjs';
import { start } from './lib/processes.mjs';
import { WireWatch } from './lib/wire-watch.mjs';

const CALLERS = 200;
/** Neither cold code nor callers who all begin at once are to be measured. */
const WARM_UP_MS = 1_000;
const scale = process.argv.includes('--quick') ? 1 / 20 : 1;
const seconds = (count) => count * 1_000 * scale;

/** The circuit's defaults and the budget's, as the law and its check need them. */
const WINDOW_MS = seconds(60);
const BUDGET = { maxTokens: 10, tokensPerCall: 0.2, tokenEachMs: seconds(6) };

/** The module's defaults, or the same in shorter time. */
function options({ circuit = true } = {}) {
  const times = {
    retry: {
      baseDelayMs: 500,
      maxDelayMs: 8_000,
      overloadedBaseDelayMs: 1_000,
      overloadedMaxDelayMs: 30_000,
      maxRetryAfterMs: 75_000,
    },
    circuit: { windowMs: 60_000, baseOpenMs: 5_000, maxOpenMs: 120_000, healthyAfterMs: 300_000 },
  };
  const scaled = (group) => Object.fromEntries(Object.entries(group).map(([name, ms]) => [name, ms * scale]));
  if (scale === 1) return circuit ? {} : { circuit };
  return {
    retry: { ...scaled(times.retry), budget: { tokensPerMinute: 60_000 / BUDGET.tokenEachMs } },
    circuit: circuit && scaled(times.circuit),
  };
}

async function withSimulator(work) {
  const simulator = await start('./storm-simulator.mjs');
  const ask = (message) =>
    new Promise((resolve) => {
      simulator.child.once('message', resolve);
      simulator.child.send(message);
    });
  try {
    return await work(simulator.url, ask);
  } finally {
    await simulator.stop();
  }
}

/** The whole story with the module: healthy, storm, recovery. */
function throughStorm(retryAfter) {
  return withSimulator(async (url, ask) => {
    const watch = new WireWatch();
    const { claude, get, close } = await claudeService(url, { ...options(), stages: [watch.insertion] });
    get(CircuitBreakerService).events.subscribe(watch.onEvent);
    const crowd = new Crowd(CALLERS, () => json(claude));
    const phase = () => {
      const tally = crowd.turn();
      return { ms: performance.now() - tally.began, tally, ...watch.turn() };
    };
    await pause(WARM_UP_MS);
    const warmUp = phase();
    await pause(seconds(5));
    await ask({ weather: 'storm', retryAfter });
    const before = phase();
    await pause(seconds(60));
    await ask({ weather: 'calm' });
    const storm = phase();
    const calmAt = performance.now();
    while (recoveryOf(crowd.tally) === undefined && performance.now() < calmAt + 2 * WINDOW_MS) await pause(50);
    await pause(seconds(10));
    const after = phase();
    await crowd.stop();
    const { requests } = await ask({});
    const left = [warmUp, before, storm, after, phase()].reduce((sum, { attempts }) => sum + attempts, 0);
    if (requests !== left) throw new Error(`${left} attempts left here, and ${requests} requests came there.`);
    await close();
    const { firstSuccess = Infinity } = after.tally;
    const wellAt = recoveryOf(after.tally) ?? Infinity;
    return { phases: { before, storm, after }, firstMs: firstSuccess - calmAt, wellMs: wellAt - calmAt };
  });
}

function recoveryOf(tally) {
  return tally.mostlyWellSince(0.95, 500);
}

/** A storm alone: what somebody puts on the wire in it. */
function stormAlone(contestant) {
  return withSimulator(async (url, ask) => {
    await ask({ weather: 'storm' });
    const { call, close, watch } = await contestant(url);
    const crowd = new Crowd(CALLERS, call);
    await pause(seconds(10));
    const { requests } = await ask({});
    const { began, calls } = crowd.turn();
    const ms = performance.now() - began;
    const law = watch && lawOf({ ms, ...watch.turn() });
    await crowd.stop();
    await close();
    return { ms, calls, requests, law };
  });
}

const contestants = {
  'bare SDK, 2 retries': async (url) => {
    const client = bareClient(url);
    return { call: () => json(client), close: () => undefined };
  },
  'ClaudeService, circuit off': (url) => watched(url, options({ circuit: false })),
  ClaudeService: (url) => watched(url, options()),
};

async function watched(url, settings) {
  const watch = new WireWatch();
  const { claude, close } = await claudeService(url, { ...settings, stages: [watch.insertion] });
  return { call: () => json(claude), close, watch };
}

/** What the retry budget lets through at the most. A call that the circuit refused makes no attempt, and earns no retry. */
function lawOf({ ms, attempts, firstAttempts }) {
  const { maxTokens, tokensPerCall, tokenEachMs } = BUDGET;
  const most = firstAttempts * (1 + tokensPerCall) + maxTokens + ms / tokenEachMs;
  const text =
    `${attempts} on the wire, at most ${firstAttempts} first attempts + ${maxTokens} + ${tokensPerCall} x ${firstAttempts} + ` +
    `${inSeconds(ms)} s / ${inSeconds(tokenEachMs)} s = ${most.toFixed(1)}`;
  return { held: attempts <= most, text };
}

function printPhases({ phases }, title) {
  console.log(`\n### ${title}\n`);
  console.log('| | s | calls | ok | 529 | refused | refused in us, p50 | p99 | on the wire | retries | openings |');
  console.log('|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|');
  for (const [name, { ms, tally, attempts, retries, openings }] of Object.entries(phases)) {
    const { calls, succeeded, failed, refused } = tally;
    const [p50, p99] = refused === 0 ? ['', ''] : [0.5, 0.99].map((share) => microseconds(tally.refusalMs, share));
    const cells = [name, (ms / 1_000).toFixed(1), calls, succeeded, failed, refused, p50, p99];
    console.log(`| ${[...cells, attempts, retries, openings].join(' | ')} |`);
  }
}

function microseconds(milliseconds, share) {
  return (
    quantile(
      milliseconds.toSorted((a, b) => a - b),
      share,
    ) * 1_000
  ).toFixed(0);
}

/** What was promised of the storm, one line each; says whether all of it was held. */
function printPromises({ phases: { storm, after }, firstMs, wellMs }) {
  const mostInHalfOpen = Math.max(storm.mostInHalfOpen, after.mostInHalfOpen);
  const recovery = `first success after ${inSeconds(firstMs)} s, 95 % after ${inSeconds(wellMs)} s`;
  return printAll([
    lawOf(storm),
    { held: storm.openings > 0, text: `the circuit opened ${storm.openings} times` },
    { held: mostInHalfOpen === 1, text: `at most ${mostInHalfOpen} on the wire at once while half-open` },
    { held: wellMs <= WINDOW_MS, text: `once it was over, ${recovery}, at most ${inSeconds(WINDOW_MS)} s` },
  ]);
}

function printAll(promises) {
  console.log('');
  for (const { held, text } of promises) console.log(`- ${held ? 'held' : '**BROKEN**'}: ${text}`);
  return promises.every(({ held }) => held);
}

function inSeconds(ms) {
  return (ms / 1_000).toFixed(2);
}

async function story(title, retryAfter) {
  const told = await throughStorm(retryAfter);
  printPhases(told, title);
  return printPromises(told);
}

async function compare() {
  console.log('\n### Ten seconds of the storm, with and without\n');
  console.log('| | calls/s | attempts/s | attempts/call |\n|---|---:|---:|---:|');
  const laws = [];
  for (const [name, contestant] of Object.entries(contestants)) {
    const { ms, calls, requests, law } = await stormAlone(contestant);
    const [callsPerSecond, perSecond] = [calls, requests].map((count) => ((count * 1_000) / ms).toFixed(1));
    console.log(`| ${name} | ${callsPerSecond} | ${perSecond} | ${(requests / calls).toFixed(2)} |`);
    if (law) laws.push({ ...law, text: `${name}: ${law.text}` });
  }
  return printAll(laws);
}

const results = [await story(`${CALLERS} callers, ${inSeconds(seconds(60))} s of 529`)];
if (process.argv.includes('--retry-after')) results.push(await story('The same with `retry-after: 2`', 2));
if (scale === 1) results.push(await compare());
if (results.includes(false)) process.exitCode = 1;
