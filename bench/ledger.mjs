// What the ledger holds and how fast it adds up: a million records over thirty days of a clock that is moved by hand, of
// 2,000 users, 50 tags and 10 models. Wants `--expose-gc`.
import { MemoryLedger } from '../libs/claude/dist/esm/cost/ledger/memory-ledger.js';
import { ManualClock } from '../libs/claude/dist/esm/testing/clock/manual-clock.js';
import { createRandom } from '../libs/claude/dist/esm/testing/seed.js';
import { DAY_MS, ledgerEntry } from './lib/ledger-entry.mjs';
import { median, ownCpu } from './lib/measure.mjs';

const FEW = 10_000;
const MANY = 1_000_000;
const DAYS = 30;
const SUMMARIES = 50;

/** What each must not exceed. */
const LIMITS = { growthMb: 50, summaryMs: 5 };

export function benchLedger() {
  const few = filled(FEW);
  const fewMb = heapMb();
  const many = filled(MANY);
  const growthMb = heapMb() - fewMb;
  const summaryMs = summaryCpuMs(many);
  const dearest = many.ledger.summarize(lastDays(many.clock)).byUser.length;
  if (few.ledger.summarize(lastDays(few.clock)).requests !== FEW) throw new Error('The ledger has lost records.');
  console.log('\n| ledger | figure | at most |\n|---|---:|---:|');
  console.log(`| heap that ${MANY} records take above ${FEW}, MB | ${verdict(growthMb, LIMITS.growthMb)} |`);
  console.log(
    `| summary of ${DAYS} days with ${dearest} users told apart, CPU ms | ${verdict(summaryMs, LIMITS.summaryMs)} |`,
  );
  console.log(`| a record, ns | ${Math.round(many.ns)} | |`);
  console.log(`| names put into \`other\` | ${many.ledger.stats.overflows} | |`);
  // A miss by less may be a busy machine.
  if (growthMb > LIMITS.growthMb || summaryMs > 1.25 * LIMITS.summaryMs) process.exitCode = 1;
}

function verdict(figure, limit) {
  return `${figure.toFixed(2)} | ${limit}${figure > limit ? ' **missed**' : ''}`;
}

/** A ledger with so many records, spread evenly over the days. */
function filled(records) {
  const clock = new ManualClock(Date.UTC(2026, 0, 1));
  const ledger = new MemoryLedger(clock);
  const random = createRandom(7);
  const stepMs = (DAYS * DAY_MS) / records;
  let ns = 0;
  for (let number = 0; number < records; number++) {
    clock.advance(stepMs);
    const entries = [ledgerEntry(`call-${number}`, number, clock.wall(), random)];
    const began = process.hrtime.bigint();
    ledger.record(entries);
    ns += Number(process.hrtime.bigint() - began);
  }
  return { clock, ledger, ns: ns / records };
}

function lastDays(clock) {
  return { fromMs: clock.wall() - DAYS * DAY_MS, toMs: clock.wall() + 1 };
}

/** CPU, so that whatever else the machine does is not in it. */
function summaryCpuMs({ clock, ledger }) {
  const summarize = () => {
    const began = ownCpu();
    ledger.summarize(lastDays(clock));
    return (ownCpu() - began) / 1_000;
  };
  return median(Array.from({ length: SUMMARIES }, summarize));
}

function heapMb() {
  for (let round = 0; round < 3; round++) globalThis.gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 2 ** 20;
}
