import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  BudgetService,
  CircuitBreakerService,
  ClaudeModule,
  ClaudeService,
  CostTrackerService,
  MemoryAdmissionStore,
  RateLimiterService,
} from 'nestjs-claude';
import { ClaudeMetricsModule } from 'nestjs-claude/metrics';
import { Registry } from 'prom-client';
import { CLAUDE_RUNTIME } from '../../../libs/claude/dist/esm/claude.tokens.js';
import { endpointOf, FAULTS } from './faults.mjs';
import { FlakyLedger, RotatingKeys, SlowStore } from './stores.mjs';

/** Of the class that is held to real limits: by the API, and so by the module. */
export const LIMITED = {
  model: 'claude-opus-5-5',
  limits: { requestsPerMinute: 1_000, inputTokensPerMinute: 60_000, outputTokensPerMinute: 200_000 },
};

/** Endpoints with an organization of their own, so that what befalls one leaves the others alone: one for each fault of answers. */
const OWN = ['plain', 'limited', ...Array.from({ length: FAULTS }, (_, index) => endpointOf(index + 1))];
const keyOf = (name) => `sk-ant-soak-${name}-0000000000`;

export const ORGANIZATIONS = Object.fromEntries(OWN.map((name) => [keyOf(name), name]));

/** Sources of keys: one rotates, one has only a key that is refused, one is down once it has answered, one hangs. */
function keySources(random) {
  let asked = 0;
  return {
    f29: new RotatingKeys('f29'),
    f30: new RotatingKeys('f30'),
    f31: new RotatingKeys('f31', ({ value }) => {
      asked += 1;
      if (asked > 1 && random() < 0.9) throw new Error('down');
      return { value, expiresAt: Date.now() + 10_000 };
    }),
    f32: new RotatingKeys('f32', ({ value }) => (random() < 0.5 ? new Promise(() => undefined) : value)),
  };
}

const QUICK = {
  retry: { baseDelayMs: 5, maxDelayMs: 20, overloadedBaseDelayMs: 5, overloadedMaxDelayMs: 20, maxRetryAfterMs: 3_000 },
  // Opens often, and comes back at once: probes are part of the mix.
  circuit: { baseOpenMs: 5, maxOpenMs: 20 },
  timeouts: { attemptMs: 5_000, firstEventMs: 1_000, idleMs: 1_000, contentIdleMs: 1_500, deadlineMs: 15_000 },
  transport: { connectTimeoutMs: 1_000, proxy: 'none' },
  log: false,
  client: { logLevel: 'off' },
  shutdownGraceMs: 300,
};

function options({ url, elsewhere, blackHole }, sources, rest) {
  const own = OWN.filter((name) => !(name in sources)).map((name) => ({ name, key: keyOf(name), limitDomain: name }));
  const away = Object.entries({ ...elsewhere, blackHole }).map(([name, baseURL]) => ({
    name,
    key: keyOf('away'),
    baseURL,
    limitDomain: name,
  }));
  const sourced = Object.entries(sources).map(([name, key]) => ({ name, key, limitDomain: name }));
  return {
    ...QUICK,
    baseURL: url,
    endpoints: [...own, ...away, ...sourced],
    rateLimit: {
      requestsPerMinute: 100_000,
      tokensPerMinute: 1e9,
      models: { [LIMITED.model]: LIMITED.limits },
      // Nobody shall be refused because the machine is slow.
      queue: { maxWaitMs: 15_000 },
      concurrency: { initial: 200 },
    },
    ...rest,
  };
}

export const BUDGETS = [
  { name: 'all', limitUsd: 100_000, window: 'month' },
  { name: 'poor', limitUsd: 0.05, window: 'month', scope: { user: 'poor' } },
];

async function boot(claude, imports = []) {
  class SoakModule {}
  Module({ imports: [ClaudeModule.forRoot(claude), ...imports] })(SoakModule);
  const app = await NestFactory.createApplicationContext(SoakModule, { logger: false, abortOnError: false });
  return {
    claude: app.get(ClaudeService),
    limiter: app.get(RateLimiterService),
    circuits: app.get(CircuitBreakerService),
    budgets: app.get(BudgetService),
    costs: app.get(CostTrackerService),
    runtime: app.get(CLAUDE_RUNTIME, { strict: false }),
    close: () => app.close(),
  };
}

/** The module under test, with all its rooms. @param store Where limits and budgets are kept; memory by default. */
export async function startMain(world, random, store) {
  const registry = new Registry();
  const ledger = new FlakyLedger(random);
  const sources = keySources(random);
  const cost = { budgets: BUDGETS, ledger: { store: ledger } };
  const keyCache = { timeoutMs: 1_000, refreshMs: 2_000 };
  const main = await boot(options(world, sources, { cost, keyCache, ...(store && { store }) }), [
    ClaudeMetricsModule.forRoot({ registry }),
  ]);
  return { ...main, registry, ledger, sources };
}

/** One whose store is slow. */
export async function startSlow(world, random) {
  const store = new SlowStore(new MemoryAdmissionStore(), random);
  const ledger = new FlakyLedger(random);
  const cost = { budgets: [{ ...BUDGETS[0], mode: 'soft' }], ledger: { store: ledger } };
  return { ...(await boot(options(world, {}, { cost, store }))), store, ledger };
}

/** One to be shut down in the middle of its work: twenty calls at a time, the others in line. */
export function startBeside(world) {
  return boot(
    options(world, {}, { rateLimit: { requestsPerMinute: 100_000, tokensPerMinute: 1e9, maxConcurrent: 20 } }),
  );
}

/** Keys that the API accepts now. */
export function acceptedKeys({ f29, f31, f32 }) {
  return [...Object.keys(ORGANIZATIONS), keyOf('away'), ...[f29, f31, f32].map(({ value }) => value)];
}
