import type { ClaudeService, LimitSnapshot, RateLimiterService, RateLimitOptions } from 'nestjs-claude';
import type { MessageReply } from 'nestjs-claude/testing';
import { ManualClock } from '../../libs/claude/src/testing/clock/manual-clock.js';
import { bootClaude, eventually, PARAMS, type ClaudeHarness } from './claude-harness.js';
import { WatchedClock } from './watched-clock.js';

export const HAIKU = 'claude-haiku-5-5';
export const SONNET = 'claude-sonnet-5-5';

/** The module against a simulator, both on clocks that stand still until the test moves them. */
export interface LimitHarness extends ClaudeHarness {
  /** What the module's limits, waits and time-outs go by. */
  readonly still: ManualClock;
  /** What the simulator's limits and latencies go by. */
  readonly simStill: ManualClock;
}

type Boot = Parameters<typeof bootClaude>;

/** Boots a module that hands out exactly what is asked for: `safety` is 1, and no wait is spread. */
export async function bootLimits(
  rateLimit: RateLimitOptions | false = {},
  claude: Boot[0] = {},
  simulator: Boot[1] = {},
  still = new ManualClock(),
): Promise<LimitHarness> {
  const simStill = new ManualClock();
  const limited = { ...claude, rateLimit: rateLimit === false ? rateLimit : { safety: 1, ...rateLimit } };
  const world = { clock: new WatchedClock(still), random: () => 0 };
  return { ...(await bootClaude(limited, { clock: simStill, ...simulator }, world)), still, simStill };
}

/** Makes one call and takes its answer to the end. */
export type Way = (claude: Pick<ClaudeService, 'messages'>, model?: string) => Promise<unknown>;

export const askJson: Way = ({ messages }, model = HAIKU) => messages.create({ ...PARAMS, model });

export const askStream: Way = async ({ messages }, model = HAIKU) =>
  read(await messages.create({ ...PARAMS, model, stream: true }));

/** The ways to call, each with its name. */
export const WAYS: readonly (readonly [name: string, ask: Way])[] = [
  ['a JSON answer', askJson],
  ['a stream', askStream],
];

/** Takes a stream to its end; the type of its last event. */
export async function read(stream: AsyncIterable<{ readonly type: string }>): Promise<string> {
  let last = '';
  for await (const { type } of stream) last = type;
  return last;
}

/** Answers that the simulator holds back until the test lets them go. */
export class HeldAnswers {
  /** The most requests that waited for their answer at the same time. */
  atOnce = 0;
  readonly #held: (() => void)[] = [];

  /** What a rule answers with. */
  readonly reply: MessageReply = () =>
    new Promise((resolve) => {
      this.#held.push(() => resolve('done'));
      this.atOnce = Math.max(this.atOnce, this.count);
    });

  /** Requests that wait for their answer now. */
  get count(): number {
    return this.#held.length;
  }

  /** Waits until so many requests wait for their answer. */
  async untilHeld(count: number): Promise<void> {
    await eventually(() => this.count === count, `${count} requests waited for their answers`, PATIENCE_MS);
  }

  /** Answers the oldest. Default: all of them. */
  letGo(count = this.count): void {
    for (const answer of this.#held.splice(0, count)) answer();
  }
}

/** Long enough for a machine with much else to do. */
const PATIENCE_MS = 5_000;

/** Waits until the simulator has been sent so many requests. */
export async function untilSent({ sim }: ClaudeHarness, count: number): Promise<void> {
  await eventually(() => sim.requests.length === count, `${count} requests were sent`, PATIENCE_MS);
}

/** Waits until so many calls wait for limits, of all model classes together. */
export async function untilQueued({ limiter }: ClaudeHarness, count: number): Promise<void> {
  let queued = 0;
  const look = async (): Promise<void> => {
    const { limits } = await limiter.snapshot();
    queued = limits.reduce((sum, each) => sum + each.queued, 0);
  };
  const isSo = (): boolean => {
    void look();
    return queued === count;
  };
  await eventually(isSo, `${count} calls waited for limits`, PATIENCE_MS);
}

/** How the limits of a model class, or of a group of other operations, stand. */
export async function limitsOf({ limiter }: ClaudeHarness, modelClass = 'haiku-5-5'): Promise<LimitSnapshot> {
  const { limits } = await limiter.snapshot();
  const found = limits.find((each) => each.modelClass === modelClass);
  if (found === undefined) throw new Error(`No call has been made of ${modelClass}.`);
  return found;
}

/** Every call is over, and nothing is claimed, whatever has happened. */
export async function expectNothingHeld(harness: ClaudeHarness): Promise<void> {
  await eventually(() => harness.claude.activeCalls === 0, 'every call was over', PATIENCE_MS);
  await expectNothingClaimed(harness.limiter);
}

/** Nothing is claimed, nobody waits, and no place is taken. */
export async function expectNothingClaimed(limiter: RateLimiterService): Promise<void> {
  const { limits, concurrency } = await limiter.snapshot();
  for (const { concurrent, requests, inputTokens, outputTokens, tokens, queued } of limits) {
    const claimed = [concurrent, requests, inputTokens, outputTokens, tokens].map((each) => each?.outstanding ?? 0);
    expect([...claimed, queued]).toEqual([0, 0, 0, 0, 0, 0]);
  }
  expect(concurrency.filter(({ inFlight }) => inFlight > 0)).toEqual([]);
}
