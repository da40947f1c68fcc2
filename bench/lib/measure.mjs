/** One load: `total` operations, `concurrency` at a time. `cpu()` gives the microseconds used so far. */
export async function load(operation, { concurrency, total, cpu }) {
  let left = total;
  const latencies = new Float64Array(total);
  let done = 0;
  const caller = async () => {
    while (left-- > 0) {
      const began = performance.now();
      await operation();
      latencies[done++] = performance.now() - began;
    }
  };
  const cpuBefore = cpu();
  const began = performance.now();
  await Promise.all(Array.from({ length: concurrency }, caller));
  const seconds = (performance.now() - began) / 1000;
  const cpuPerCall = (cpu() - cpuBefore) / total;
  latencies.sort();
  return { perSecond: total / seconds, cpuPerCall, p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99) };
}

/** CPU of this process. */
export function ownCpu() {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/**
 * Runs contestants in alternating rounds, so that whatever else the machine does meets all alike, and takes the median
 * of each figure. The first round warms up and does not count.
 */
export async function alternate(contestants, rounds) {
  const results = new Map(contestants.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const { name, run } of contestants) {
      const result = await run(round === 0);
      if (round > 0) results.get(name).push(result);
    }
  }
  return new Map([...results].map(([name, all]) => [name, medians(all)]));
}

function medians(results) {
  const keys = Object.keys(results[0]);
  return Object.fromEntries(keys.map((key) => [key, median(results.map((result) => result[key]))]));
}

export function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

export function quantile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

/** A Markdown table; the first contestant is what the others are compared with. */
export function table(title, results) {
  const [[, base]] = results;
  const row = ([name, { perSecond, cpuPerCall, p50, p99 }]) =>
    `| ${name} | ${perSecond.toFixed(0)} | ${cpuPerCall.toFixed(0)} | ${p50.toFixed(2)} | ${p99.toFixed(2)} ` +
    `| ${(perSecond / base.perSecond).toFixed(2)} | ${(cpuPerCall / base.cpuPerCall).toFixed(3)} |`;
  return [
    `\n### ${title}`,
    '',
    '| | calls/s | CPU us/call | p50 ms | p99 ms | calls/s ratio | CPU ratio |',
    '|---|---:|---:|---:|---:|---:|---:|',
    ...[...results].map(row),
  ].join('\n');
}

/** Callers at the same time. */
const CONCURRENCY = 100;

/** CPU that an operation takes, many callers doing nothing else: unlike time, it is not shared with whatever else runs. */
export async function nanoseconds(operation, total) {
  let left = total;
  const caller = async () => {
    while (left-- > 0) await operation();
  };
  const began = ownCpu();
  await Promise.all(Array.from({ length: CONCURRENCY }, caller));
  return { ns: ((ownCpu() - began) * 1_000) / total };
}
