// What retry and the circuit cost a call, in this process alone: their stages around an attempt that does nothing,
// against cockatiel's two policies around a function that does nothing.
import { circuitBreaker, ExponentialBackoff, handleAll, retry, SamplingBreaker, wrap } from 'cockatiel';
import { alternate, nanoseconds } from './lib/measure.mjs';
import { guardedHandler } from './lib/guarded.mjs';
import { newCall, OneAttemptCall, openPipeline, pipeline, unjudged } from './lib/stages.mjs';
import { systemClock } from '../libs/claude/dist/esm/call/clock.js';
import { CircuitBreaker } from '../libs/claude/dist/esm/circuit/circuit-breaker.js';
import { CIRCUIT_DEFAULTS } from '../libs/claude/dist/esm/circuit/circuit.options.js';

const LEASE_MS = 605_000;
const FAILURES = 100_000;

export async function benchResilience({ rounds = 15, scale = 1 } = {}) {
  const total = Math.ceil(100_000 * scale);
  const measured = (operation) => () => nanoseconds(operation, total);
  const guarded = await guardedHandler();
  const failing = unjudged();
  for (let index = 0; index < FAILURES; index++) await failing.run();
  const contestants = [
    { name: BREAKER, run: () => breakerNanoseconds(total * 10) },
    { name: FLOOR, run: measured(async () => undefined) },
    { name: STAGES, run: measured(happyPath()) },
    { name: COCKATIEL, run: measured(cockatiel()) },
    { name: CALL, run: measured(async () => newCall()) },
    { name: REFUSAL, run: measured(rejecting(openPipeline())) },
    { name: FAILED, run: measured(failing.run) },
    { name: GUARD, run: measured(guarded.turnAway) },
  ];
  const results = await alternate(contestants, rounds);
  if (failing.failuresInWindow() < FAILURES) throw new Error('The window has lost failures it should hold.');
  await guarded.close();
  print(results);
  // A miss by less may be a busy machine; in a quick run anything may.
  if (scale >= 1 && worstMiss(results) > 1.25) process.exitCode = 1;
}

const BREAKER = 'breaker alone, closed: acquire and result';
const FLOOR = 'await of an async function that does nothing';
const STAGES = 'retry and circuit stages around it';
const COCKATIEL = 'cockatiel wrap(retry, circuitBreaker) around it';
const CALL = 'making the call that the stages pass on, and its attempt';
const REFUSAL = 'call refused by an open circuit, error and all';
const FAILED = `failed attempt through both stages, ${FAILURES} failures in the window`;
const GUARD = 'guard refuses a request (canActivate until it throws), HTTP context';

/** What each must not exceed, in nanoseconds, by what else was measured. */
const LIMITS = {
  [BREAKER]: () => 250,
  [STAGES]: (results) => results.get(COCKATIEL).ns,
  [FAILED]: () => 5_000,
  [GUARD]: () => 1_000_000,
};

function breakerNanoseconds(total) {
  const breaker = new CircuitBreaker(
    { endpoint: 'bench' },
    CIRCUIT_DEFAULTS,
    systemClock,
    Math.random,
    () => undefined,
  );
  const began = performance.now();
  for (let index = 0; index < total; index++) breaker.tryAcquire(LEASE_MS).result('success');
  const ns = ((performance.now() - began) * 1e6) / total;
  if (breaker.snapshot().calls < total) throw new Error('The breaker has not counted every call.');
  return { ns };
}

/** One call for all, since the stages keep nothing on a call that succeeds. */
function happyPath() {
  const run = pipeline();
  const call = OneAttemptCall.succeeded();
  return () => run(call);
}

function cockatiel() {
  const breaker = new SamplingBreaker({ threshold: 0.5, duration: 60_000 });
  const policy = wrap(
    retry(handleAll, { maxAttempts: 3, backoff: new ExponentialBackoff() }),
    circuitBreaker(handleAll, { halfOpenAfter: 5_000, breaker }),
  );
  return () => policy.execute(async () => undefined);
}

function rejecting(run) {
  return async () => {
    try {
      await run();
    } catch (error) {
      if (error.code === 'circuit_open') return;
      throw error;
    }
    throw new Error('It was not refused.');
  };
}

function print(results) {
  console.log('\n### Retry and circuit\n\n| | | at most | |\n|---|---:|---:|---|');
  for (const [name, { ns }] of results) {
    const limit = LIMITS[name]?.(results);
    const verdict = limit === undefined ? '' : ns <= limit ? 'held' : '**missed**';
    const write = name === GUARD ? microseconds : wholeNanoseconds;
    console.log(`| ${name} | ${write(ns)} | ${limit === undefined ? '' : write(limit)} | ${verdict} |`);
  }
  const ratio = results.get(STAGES).ns / results.get(COCKATIEL).ns;
  console.log(`\nThe stages take ${ratio.toFixed(2)} of cockatiel's time.`);
}

function wholeNanoseconds(ns) {
  return `${ns.toFixed(0)} ns`;
}

function microseconds(ns) {
  return `${(ns / 1_000).toFixed(1)} us`;
}

/** What was measured, in parts of its limit, where that is the largest. */
function worstMiss(results) {
  return Math.max(...Object.entries(LIMITS).map(([name, limit]) => results.get(name).ns / limit(results)));
}
