import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { BudgetService, RateLimiterService, type ClaudeModuleOptions } from 'nestjs-claude';
import { RedisAdmissionStore } from 'nestjs-claude/redis';
import { AnthropicSimulator, type SimulatorOptions } from 'nestjs-claude/testing';
import { createRuntime, type ClaudeRuntime } from '../../libs/claude/src/claude.runtime.js';
import { normalizeUsage } from '../../libs/claude/src/call/usage.js';
import { resolveSettings } from '../../libs/claude/src/config/settings.js';
import { RedisServer } from '../support/redis-server.js';
import { WatchedClock } from '../support/watched-clock.js';
import { JournalledStore, readJournal, type Money } from './journalled-store.js';
import { withSharedLedger } from './shared-ledger.js';
import type { FromProcess, Orders, Tally, ToProcess } from './orders.js';

/** How long a process may take to start or to end, on a machine with much else to do. */
const PATIENCE_MS = 60_000;
const RUNNER = join(__dirname, '../support/typescript.cjs');

const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

/** Ends something after the test, also one that fails: whatever was begun later ends earlier. */
export function afterTest(cleanup: () => Promise<unknown>): void {
  cleanups.push(cleanup);
}

/** One of several processes that call. */
export class CallingProcess {
  readonly #name: string;

  constructor(
    private readonly child: ChildProcess,
    private readonly journal: string,
  ) {
    this.#name = String(child.pid);
  }

  /** Ends it in the middle of whatever it does. */
  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await gone;
  }

  /** Lets its calls come to their end. */
  async stop(): Promise<Tally> {
    const told = messageOf(this.child, 'tally');
    this.child.send({ stop: true } satisfies ToProcess);
    const { tally } = await told;
    return tally;
  }

  /** What it wrote down, whatever became of it. */
  money(): Money {
    return readJournal(this.#name, readFileSync(this.journal, 'utf8'));
  }
}

export interface FleetOptions {
  readonly options: ClaudeModuleOptions;
  readonly simulator?: SimulatorOptions;
  readonly params: Orders['params'];
  /** Of each process. */
  readonly callers: number;
  /** Default: longer than any test. */
  readonly leaseMs?: number;
  /** Of a ledger that all share. Default: each has its own. */
  readonly databaseUrl?: string;
  /** How far the wall clock of all of them is ahead, in milliseconds. Default 0. */
  readonly wallAheadMs?: number;
}

/** Processes that share one Redis and one API, and a module of our own beside them that sees what they share. */
export class Fleet {
  readonly #directory = mkdtempSync(join(tmpdir(), 'fleet-'));
  #started = 0;

  private constructor(
    readonly redis: RedisServer,
    readonly sim: AnthropicSimulator,
    /** Ours. */
    readonly runtime: ClaudeRuntime,
    /** Ours, and the API's. */
    readonly clock: WatchedClock,
    private readonly orders: Omit<Orders, 'journal'>,
  ) {}

  /** Starts all but the processes. Everything is ended after the test. */
  static async start(given: FleetOptions): Promise<Fleet> {
    const { options, simulator, params, callers, leaseMs = 300_000, databaseUrl, wallAheadMs = 0 } = given;
    const clock = new WatchedClock();
    clock.setWall(wallAheadMs);
    const redis = await RedisServer.start();
    cleanups.push(() => redis.stop());
    const sim = await AnthropicSimulator.start({ clock, ...simulator });
    cleanups.push(() => sim.close());
    const all: ClaudeModuleOptions = {
      apiKey: 'test',
      baseURL: sim.url,
      log: false,
      // A machine that is busy is none that is away.
      storeOutage: { answerWithinMs: PATIENCE_MS },
      ...options,
    };
    const client = new Redis(redis.url);
    cleanups.push(async () => client.disconnect());
    const store = new JournalledStore(new RedisAdmissionStore({ client }), leaseMs, '/dev/null');
    const ledger = await withSharedLedger(all, databaseUrl, clock);
    cleanups.push(() => ledger.end());
    const runtime = createRuntime(resolveSettings({ ...ledger.options, store }), undefined, { clock });
    cleanups.push(async () => {
      runtime.admission.close();
      await runtime.transport.close();
    });
    const orders = { redisUrl: redis.url, options: all, params, callers, leaseMs, databaseUrl, wallAheadMs };
    const fleet = new Fleet(redis, sim, runtime, clock, orders);
    cleanups.push(async () => rmSync(fleet.#directory, { recursive: true, force: true }));
    return fleet;
  }

  /** Starts so many processes, and resolves once all of them call. */
  async launch(count: number): Promise<CallingProcess[]> {
    return Promise.all(Array.from({ length: count }, () => this.#launch()));
  }

  async #launch(): Promise<CallingProcess> {
    const journal = join(this.#directory, `journal-${(this.#started += 1)}`);
    writeFileSync(journal, '');
    const child = fork(RUNNER, [join(__dirname, 'calling.process.ts')]);
    const calling = new CallingProcess(child, journal);
    cleanups.push(() => calling.kill());
    const ready = messageOf(child, 'ready');
    child.send({ orders: { ...this.orders, journal } } satisfies ToProcess);
    await ready;
    return calling;
  }

  /** Makes one call of our own, so that we know of the limits that it is held to; resolves with its cost in nano-dollars. */
  async call(): Promise<number> {
    const { records, client } = this.runtime;
    const cost = new Promise<number>((resolve) => {
      const subscription = records.subscribe(({ costNanoUsd }) => {
        subscription.unsubscribe();
        resolve(costNanoUsd ?? 0);
      });
    });
    await client.messages.create(this.orders.params);
    return cost;
  }

  /** What a budget has spent and holds, in nano-dollars. */
  async budget(name: string): Promise<{ readonly spent: number; readonly held: number }> {
    const { spentUsd, reservedUsd } = await new BudgetService(this.runtime).get(name);
    return { spent: Math.round(spentUsd * 1e9), held: Math.round(reservedUsd * 1e9) };
  }

  /** All that is claimed of limits and places, by anybody. */
  async #claimed(): Promise<number> {
    const { limits } = await new RateLimiterService(this.runtime).snapshot();
    return limits
      .flatMap(({ concurrent, requests, inputTokens, outputTokens, tokens }) => [
        concurrent,
        requests,
        inputTokens,
        outputTokens,
        tokens,
      ])
      .reduce((sum, each) => sum + (each?.outstanding ?? 0), 0);
  }

  /** Waits until nothing is reserved of a budget, and nothing claimed of limits and places. */
  async untilNothingIsHeld(name: string, withinMs: number): Promise<void> {
    const endsAt = performance.now() + withinMs;
    for (;;) {
      const { held } = await this.budget(name);
      const claimed = await this.#claimed();
      if (held === 0 && claimed === 0) return;
      if (performance.now() > endsAt) throw new Error(`${held} nano-dollars are held, and ${claimed} units of limits.`);
      await delay(50);
    }
  }

  /** What the API has billed so far, in nano-dollars. */
  billed(): number {
    const { prices } = this.runtime.costs;
    return this.sim.billed.messages.reduce((sum, { model, usage }) => {
      const used = normalizeUsage(usage);
      return used === null ? sum : sum + prices.costOf(model, used, this.runtime.clock.wall()).nanoUsd;
    }, 0);
  }
}

function messageOf<K extends 'ready' | 'tally'>(
  child: ChildProcess,
  kind: K,
): Promise<Extract<FromProcess, Record<K, unknown>>> {
  type Wanted = Extract<FromProcess, Record<K, unknown>>;
  return new Promise((resolve, reject) => {
    const patience = setTimeout(() => end(() => reject(new Error(`A process said nothing of ${kind}.`))), PATIENCE_MS);
    const onMessage = (message: FromProcess): void => {
      if (kind in message) end(() => resolve(message as Wanted));
    };
    const onExit = (): void => end(() => reject(new Error(`A process ended before it said anything of ${kind}.`)));
    const end = (settle: () => void): void => {
      clearTimeout(patience);
      child.off('message', onMessage).off('exit', onExit);
      settle();
    };
    child.on('message', onMessage).on('exit', onExit);
  });
}
