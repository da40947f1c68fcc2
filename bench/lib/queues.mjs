// A line of CALLERS before one limit, served one by one: in a process of its own, which sends what each of them took.
import { MemoryAdmissionStore } from '../../libs/claude/dist/esm/admission/memory-store.js';
import { Turnstile } from '../../libs/claude/dist/esm/admission/turnstile.js';
import { UsedShares } from '../../libs/claude/dist/esm/admission/used-shares.js';
import { WaitingLine } from '../../libs/claude/dist/esm/admission/waiting-line.js';

import { HandClock } from './hand-clock.mjs';
import { alternate, ownCpu } from './measure.mjs';
import { meterOf } from './meter.mjs';

const callers = Number(process.env.CALLERS);

/** So many lines in a round, one after another, that as many callers are served whatever the length of a line. */
const LINES = Math.ceil(50_000 / callers);

/** How many the limit lets through in each second of the clock. */
const EACH_SECOND = 1_000;

/** All come at once, and are served as the limit allows, in the seconds of a clock that is moved by hand. */
async function queued() {
  const clock = new HandClock();
  const store = new MemoryAdmissionStore(clock);
  const meter = { ...meterOf('requests', 60 * EACH_SECOND), refillShare: 1, burstShare: 1 / 60 };
  const line = new WaitingLine({
    turnstile: new Turnstile(store),
    clock,
    maxLength: callers,
    agingMs: 10_000,
    fair: false,
    dimensions: 1,
    shares: new UsedShares(1),
  });
  const claims = { meters: [meter], amounts: [1] };
  const first = store.acquire({ meters: [meter], amounts: [EACH_SECOND] }, { leaseMs: 1e9 });
  store.settle(first, [EACH_SECOND]);
  return serveAll({
    join: (arrival) => {
      const request = { claims, places: null, rank: 1, tenant: '', arrival, sinceMs: 0, maxWaitMs: 1e9 };
      const answer = line.tryPass(request);
      return new Promise((granted, refused) => line.join(request, { granted, refused }, answer));
    },
    served: (lease) => {
      store.settle(lease, [1]);
      line.wakeSoon();
    },
    nextSecond: () => clock.advance(1_000),
  });
}

/** What no line can do without: somebody linked to the next, who is told by a promise; and no limit, order or time. */
function listed() {
  const ends = { next: null };
  let last = ends;
  return serveAll({
    join: (arrival) => {
      const waiter = { arrival, next: null, grant: null };
      last.next = waiter;
      last = waiter;
      return new Promise((resolve) => (waiter.grant = resolve));
    },
    served: () => {},
    nextSecond: () => {
      for (let count = 0; count < EACH_SECOND && ends.next !== null; count++) {
        const waiter = ends.next;
        ends.next = waiter.next;
        // Or the collector keeps those behind a dead one that is old.
        waiter.next = null;
        waiter.grant(waiter.arrival);
      }
    },
  });
}

/** From the first to come until the last is served. */
async function serveAll({ join, served, nextSecond }) {
  let left = callers;
  // Who awaits it is no part of the line: one function for all.
  const serve = (lease) => {
    served(lease);
    left--;
  };
  for (let arrival = 0; arrival < callers; arrival++) void join(arrival).then(serve);
  for (let second = 0; second < callers / EACH_SECOND; second++) {
    nextSecond();
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (left > 0) throw new Error(`${left} of ${callers} were not served.`);
}

/** What lines take for each of those in them. */
async function each(line) {
  const began = ownCpu();
  for (let count = 0; count < LINES; count++) await line();
  return { ns: ((ownCpu() - began) * 1_000) / (LINES * callers) };
}

const inLine = callers.toLocaleString('en');
const results = await alternate(
  [
    { name: `queued caller, ${inLine} in line: from coming to being served`, run: () => each(queued) },
    { name: `the same, ${inLine} in a bare list of promises`, run: () => each(listed) },
  ],
  Number(process.env.ROUNDS),
);
process.send({ results: [...results] });
process.on('disconnect', () => process.exit(0));
