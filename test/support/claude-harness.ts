import 'reflect-metadata';
import type { ModuleMetadata } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import {
  BudgetService,
  CircuitBreakerService,
  ClaudeHealthService,
  ClaudeKeysService,
  ClaudeMetricsService,
  ClaudeService,
  CostOptimizerService,
  CostTrackerService,
  EndpointPoolService,
  InputSanitizerService,
  RateLimiterService,
  ReconciliationService,
  type CallRecord,
  type ClaudeModuleOptions,
  type KeyEvent,
} from 'nestjs-claude';
import { AnthropicSimulator, ClaudeTestingModule, type SimulatorOptions } from 'nestjs-claude/testing';
import type { Random } from '../../libs/claude/src/call/clock.js';
import { createRuntime, type ClaudeRuntime, type RuntimeEnvironment } from '../../libs/claude/src/claude.runtime.js';
import { CLAUDE_OPTIONS, CLAUDE_RUNTIME } from '../../libs/claude/src/claude.tokens.js';
import { resolveSettings } from '../../libs/claude/src/config/settings.js';
import { withOpenLedger } from '../../libs/claude/src/cost/ledger/open-ledger.js';
import { tracingOf } from '../../libs/claude/src/observability/tracing/tracing.js';
import { WatchedClock } from './watched-clock.js';

/** The module against a simulator of its own, and what a test wants to look at. */
export interface ClaudeHarness {
  readonly claude: ClaudeService;
  readonly circuits: CircuitBreakerService;
  readonly limiter: RateLimiterService;
  readonly costs: CostTrackerService;
  readonly budgets: BudgetService;
  readonly reconciliation: ReconciliationService;
  readonly optimizer: CostOptimizerService;
  readonly endpoints: EndpointPoolService;
  readonly keys: ClaudeKeysService;
  readonly metrics: ClaudeMetricsService;
  readonly health: ClaudeHealthService;
  readonly sanitizer: InputSanitizerService;
  /** What happened to keys so far. */
  readonly keyEvents: readonly KeyEvent[];
  readonly sim: AnthropicSimulator;
  /** What the module tells the time by. */
  readonly clock: WatchedClock;
  /** Connections and requests under way. */
  readonly transport: Pick<ClaudeRuntime['transport'], 'stats'>;
  /** What the instance is made of, for what nobody else shows. */
  readonly runtime: ClaudeRuntime;
  /** What the SDK's client logged, at every level. */
  readonly log: readonly unknown[];
  /** Every record so far. */
  readonly records: CallRecord[];
  /** The newest record. */
  record(): CallRecord;
  /** Runs the hooks of a start, as an application does. */
  start(): Promise<unknown>;
  /** Closes everything. Happens by itself when the test ends. */
  close(): Promise<void>;
}

/** What a test replaces of the world. */
export interface TestWorld {
  readonly clock?: WatchedClock;
  readonly random?: Random;
  /** Modules beside, whose hooks run as in an application that starts. */
  readonly imports?: ModuleMetadata['imports'];
  /** Writes the lines of the request log. Default: nobody does. */
  readonly logWriter?: RuntimeEnvironment['logWriter'];
  /** Sends the calls elsewhere than to the simulator, whose URL it is given. */
  readonly baseURL?: (simulatorURL: string) => string | Promise<string>;
}

/** Small enough that tests of failures do not wait, and otherwise what a user gets. */
export const FAST_RETRY = {
  baseDelayMs: 1,
  maxDelayMs: 2,
  overloadedBaseDelayMs: 1,
  overloadedMaxDelayMs: 2,
} as const;

export const PARAMS = {
  model: 'claude-haiku-5-5',
  max_tokens: 256,
  messages: [{ role: 'user' as const, content: 'Tell me about the sea.' }],
};

/** Shaped like a real one, and looked for wherever none may be. */
export const SIMULATED_KEY = 'sk-ant-api03-simulated-key-0123456789';

const booted: TestingModule[] = [];

// Also what a failed test left open is closed, or the process would not end.
afterEach(async () => {
  await Promise.all(booted.splice(0).map((module) => module.close()));
});

/** Boots a module that is closed when the test ends. */
export async function bootClaude(
  claude: Omit<ClaudeModuleOptions, 'baseURL'> = {},
  simulator: SimulatorOptions = {},
  { clock = new WatchedClock(), random, imports: beside = [], baseURL = (url) => url, logWriter }: TestWorld = {},
): Promise<ClaudeHarness> {
  const log: unknown[] = [];
  const options: typeof claude = {
    ...(claude.endpoints === undefined ? { apiKey: simulator.apiKeys?.[0] ?? SIMULATED_KEY } : {}),
    retry: FAST_RETRY,
    ...claude,
    client: { logger: loggerTo(log), logLevel: 'debug', ...claude.client },
  };
  const imports = [ClaudeTestingModule.forRoot({ claude: options, simulator }), ...beside];
  type Given = ClaudeModuleOptions & { readonly baseURL: string };
  const makeRuntime = async (given: Given, sim: AnthropicSimulator): Promise<ClaudeRuntime> => {
    try {
      const settings = resolveSettings({ ...given, baseURL: await baseURL(given.baseURL) });
      const tracing = await tracingOf(settings);
      return await withOpenLedger(settings, () =>
        createRuntime(settings, undefined, { clock, random, logWriter, tracing }),
      );
    } catch (error) {
      // Nest closes nothing of a start that fails, and the process would not end.
      await sim.close();
      throw error;
    }
  };
  const module: TestingModule = await Test.createTestingModule({ imports })
    .overrideProvider(CLAUDE_RUNTIME)
    .useFactory({ factory: makeRuntime, inject: [CLAUDE_OPTIONS, AnthropicSimulator] })
    .compile();
  booted.push(module);
  if (beside.length > 0) await module.init();
  const service = module.get(ClaudeService);
  const records: CallRecord[] = [];
  service.records.subscribe((record) => records.push(record));
  const keys = module.get(ClaudeKeysService);
  const keyEvents: KeyEvent[] = [];
  keys.events.subscribe((event) => keyEvents.push(event));
  const runtime = module.get<ClaudeRuntime>(CLAUDE_RUNTIME, { strict: false });
  return {
    claude: service,
    keys,
    keyEvents,
    metrics: module.get(ClaudeMetricsService),
    circuits: module.get(CircuitBreakerService),
    limiter: module.get(RateLimiterService),
    costs: module.get(CostTrackerService),
    budgets: module.get(BudgetService),
    reconciliation: module.get(ReconciliationService),
    optimizer: module.get(CostOptimizerService),
    endpoints: module.get(EndpointPoolService),
    health: module.get(ClaudeHealthService),
    sanitizer: module.get(InputSanitizerService),
    sim: module.get(AnthropicSimulator),
    clock,
    transport: runtime.transport,
    runtime,
    log,
    records,
    record: () => lastOf(records),
    start: () => module.init(),
    close: () => module.close(),
  };
}

type Logger = NonNullable<NonNullable<ClaudeModuleOptions['client']>['logger']>;

function loggerTo(log: unknown[]): Logger {
  const write = (...what: unknown[]): void => void log.push(what);
  return { error: write, warn: write, info: write, debug: write };
}

function lastOf(records: readonly CallRecord[]): CallRecord {
  const record = records.at(-1);
  if (record === undefined) throw new Error('No call has been recorded.');
  return record;
}

/** Waits, in real time, until something holds; fails with what it was after a second. */
export async function eventually(holds: () => boolean, what: string, timeoutMs = 10_000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`It never came to be that ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** What a promise rejects with. */
export async function rejection(promise: PromiseLike<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
    throw new Error('It was rejected with something that is no Error.', { cause: error });
  }
  throw new Error('It was not rejected.');
}
