// `npm run bench`, or `npm run bench -- library gateway context resilience admission redis ledger postgres health observers sanitization streams --quick`; or one load of a gateway alone, `npm run bench -- gateway json` (`burst`, `paced`, `long`); with `--everything` library and gateway have every room on. Figures are ratios within one run: machines differ.
import { spawnSync } from 'node:child_process';
import os from 'node:os';
import { fileURLToPath } from 'node:url';

const PARTS = {
  library: async (options) => (await import('./library.mjs')).benchLibrary(options),
  gateway: async (options) => (await import('./gateway.mjs')).benchGateway(options),
  context: async () => (await import('./context.mjs')).benchContext(),
  resilience: async (options) => (await import('./resilience.mjs')).benchResilience(options),
  admission: async (options) => (await import('./admission.mjs')).benchAdmission(options),
  ledger: async () => (await import('./ledger.mjs')).benchLedger(),
  postgres: async (options) => (await import('./postgres.mjs')).benchPostgres(options),
  health: async () => (await import('./health.mjs')).benchHealth(),
  sanitization: async (options) => (await import('./sanitization.mjs')).benchSanitization(options),
  redis: async (options) => (await import('./redis.mjs')).benchRedis(options),
  streams: async (options) => (await import('./streams.mjs')).benchStreams(options),
  observers: async (options) => (await import('./observers.mjs')).benchObservers(options),
};

const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const flags = process.argv.slice(2).filter((word) => word.startsWith('--'));
const options = {
  ...(flags.includes('--quick') ? { rounds: 3, scale: 0.5 } : {}),
  everything: flags.includes('--everything'),
  bare: flags.includes('--bare'),
  loads: words.filter((word) => !(word in PARTS)),
  // A single row of a part, e.g. `library --only="SSE 256"`.
  only: flags.find((flag) => flag.startsWith('--only='))?.slice('--only='.length),
};
const wanted = Object.keys(PARTS).filter((name) => words.length === 0 || words.includes(name));

if (wanted.length === 1) {
  console.log(
    `Node ${process.version}, ${os.availableParallelism()} cores of ${os.cpus()[0]?.model ?? 'unknown make'}`,
  );
  await PARTS[wanted[0]](options);
} else {
  // Each in a process of its own: what one has loaded and left behind makes the next one slower.
  for (const name of wanted) {
    const args = [...process.execArgv, fileURLToPath(import.meta.url), name, ...flags];
    const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
    if (status !== 0) process.exitCode = 1;
  }
}
