import type { ClaudeModuleOptions, StoreEvent } from 'nestjs-claude';
import { RedisAdmissionStore, type IoRedisLike } from 'nestjs-claude/redis';
import { setTimeout as sleep } from 'node:timers/promises';
import { bootClaude, eventually, type ClaudeHarness } from '../support/claude-harness.js';
import { Crowd } from './crowd.js';

/** What is promised: as long after it is back, Redis decides again. */
export const RECOVERS_WITHIN_MS = 10_000;

/** No call takes longer, whatever happens to Redis: far less than anybody could call hanging, on a busy machine too. */
const LONGEST_CALL_MS = 5_000;

const LIMITS = { requestsPerMinute: 60_000, tokensPerMinute: 60_000_000 } as const;

/** A client of the test's, which nobody else ends. */
type Client = IoRedisLike & { on(event: 'error', listener: () => void): unknown; disconnect(): unknown };

/** Two processes' worth of the module, which share what Redis keeps, and a crowd that calls. */
export class Replicas {
  /** What the first of them told of its store. */
  readonly events: StoreEvent['type'][] = [];

  private constructor(
    readonly harnesses: readonly [ClaudeHarness, ClaudeHarness],
    readonly crowd: Crowd,
    private readonly clients: readonly Client[],
  ) {
    harnesses[0].limiter.storeEvents.subscribe(({ type }) => this.events.push(type));
  }

  /** Starts them, and waits until calls succeed. */
  static async start(connect: () => Client, claude: ClaudeModuleOptions = {}): Promise<Replicas> {
    const clients = [connect(), connect()] as const;
    const boot = async (client: Client): Promise<ClaudeHarness> => {
      client.on('error', () => undefined);
      return bootClaude({ store: new RedisAdmissionStore({ client }), rateLimit: LIMITS, log: false, ...claude });
    };
    const harnesses = [await boot(clients[0]), await boot(clients[1])] as const;
    const replicas = new Replicas(harnesses, new Crowd(harnesses, 12), clients);
    try {
      await replicas.untilCalled(24);
      expect(replicas.crowd.outcomes()).toHaveProperty('succeeded');
      return replicas;
    } catch (error) {
      await replicas.end();
      throw error;
    }
  }

  async end(): Promise<void> {
    await this.crowd.stop();
    await Promise.all(this.harnesses.map((harness) => harness.close()));
    for (const client of this.clients) client.disconnect();
  }

  /** Waits until so many more calls have ended. */
  async untilCalled(more: number, withinMs = RECOVERS_WITHIN_MS): Promise<void> {
    const before = this.crowd.ended.length;
    await eventually(() => this.crowd.ended.length > before + more, 'calls went on', withinMs);
  }

  get modes(): (string | undefined)[] {
    return this.harnesses.map(({ limiter }) => limiter.storeStats?.mode);
  }

  async untilAway(): Promise<void> {
    await eventually(() => this.modes.every((mode) => mode === 'local'), 'it was noticed', 10_000);
  }

  /** Both go by Redis again, in time, and calls go on succeeding. */
  async untilBack(): Promise<void> {
    const isShared = (): boolean => this.modes.every((mode) => mode === 'shared');
    const backAtMs = performance.now();
    await eventually(isShared, 'Redis decides again', RECOVERS_WITHIN_MS);
    await this.untilCalled(24);
    expect(performance.now() - backAtMs).toBeLessThan(RECOVERS_WITHIN_MS);
    await eventually(isShared, 'it stayed so', 5_000);
  }

  /** The crowd is done: nothing hung, nothing failed that may not, and nothing is held. */
  async expectAllWell(allowed: readonly string[] = []): Promise<void> {
    await this.crowd.stop();
    expect(this.crowd.longestMs).toBeLessThan(LONGEST_CALL_MS);
    const outcomes = Object.keys(this.crowd.outcomes());
    expect(outcomes.filter((outcome) => !['succeeded', ...allowed].includes(outcome))).toEqual([]);
    const untilMs = performance.now() + 5_000;
    let held = await this.#held();
    while (held > 0 && performance.now() < untilMs) {
      await sleep(20);
      held = await this.#held();
    }
    expect(held).toBe(0);
  }

  get spentUsd(): number {
    const records = this.harnesses.flatMap((harness) => harness.records);
    return records.reduce((sum, { costNanoUsd }) => sum + (costNanoUsd ?? 0), 0) / 1e9;
  }

  async #held(): Promise<number> {
    const snapshots = await Promise.all(this.harnesses.map(({ limiter }) => limiter.snapshot()));
    const budgets = await Promise.all(this.harnesses.map((harness) => harness.budgets.list()));
    const limits = snapshots.flatMap((snapshot) => snapshot.limits);
    return [
      ...limits.flatMap(({ requests, tokens, concurrent }) =>
        [requests, tokens, concurrent].map((limit) => limit?.outstanding ?? 0),
      ),
      ...budgets.flat().map(({ reservedUsd }) => reservedUsd),
      ...this.harnesses.map(({ limiter }) => limiter.storeStats?.journal ?? NaN),
    ].reduce((sum, each) => sum + each, 0);
  }
}
