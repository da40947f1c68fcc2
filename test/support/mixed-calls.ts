import { setMaxListeners } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Anthropic } from '@anthropic-ai/sdk';
import { callContext, type CallContext } from 'nestjs-claude';
import type { RandomFault } from 'nestjs-claude/testing';
import { createRandom } from '../../libs/claude/src/testing/seed.js';
import { eventually, PARAMS } from './claude-harness.js';

/** Everything that can happen to a call, each often enough to be seen in 10,000 of them. */
export const MIXED_FAULTS: RandomFault[] = [
  { fault: { kind: 'status', status: 529 }, probability: 0.05 },
  { fault: { kind: 'status', status: 400 }, probability: 0.03 },
  { fault: { kind: 'resetBeforeHeaders' }, probability: 0.03 },
  { fault: { kind: 'resetMidStream', afterDeltas: 2 }, probability: 0.05 },
  { fault: { kind: 'truncateStream', afterDeltas: 2 }, probability: 0.03 },
  { fault: { kind: 'truncateBody', afterDeltas: 1 }, probability: 0.02 },
  { fault: { kind: 'errorEvent', afterDeltas: 0 }, probability: 0.03 },
  { fault: { kind: 'errorEvent', afterDeltas: 2 }, probability: 0.03 },
  { fault: { kind: 'malformedEvent', afterDeltas: 1 }, probability: 0.02 },
  { fault: { kind: 'malformedJson' }, probability: 0.01 },
  { fault: { kind: 'emptyBody' }, probability: 0.01 },
  { fault: { kind: 'corruptGzip' }, probability: 0.01 },
  { fault: { kind: 'hang' }, probability: 0.01 },
  { fault: { kind: 'stallMidStream', afterDeltas: 1 }, probability: 0.01 },
];

/** Options under which all of these calls end soon, whatever happens to them. */
export const MIXED_OPTIONS = {
  retry: {
    baseDelayMs: 1,
    maxDelayMs: 2,
    overloadedBaseDelayMs: 1,
    overloadedMaxDelayMs: 2,
    maxAttempts: 2,
    budget: false,
  },
  // Opens often, and comes back at once: probes are part of the mix.
  circuit: { baseOpenMs: 1, maxOpenMs: 1 },
  timeouts: { attemptMs: 2_000, firstEventMs: 500, idleMs: 500, contentIdleMs: 500 },
} as const;

/** How many calls are under way at a time. */
export const CONCURRENT = 64;

type Client = Pick<Anthropic, 'messages'>;
type Way = (client: Client, options: Anthropic.RequestOptions, random: () => number, draw: Draw) => Promise<unknown>;

/** What is drawn anew for each call. */
interface Draw {
  readonly params: typeof PARAMS;
  readonly context: CallContext;
}

/** How callers use and leave a call. Every one but the last reads or leaves what it got. */
const WAYS: readonly Way[] = [
  ({ messages }, options, _, { params }) => messages.create(params, options),
  ({ messages }, options, _, { params }) => messages.stream(params, options).finalMessage(),
  async ({ messages }, options, _, { params }) => {
    for await (const _event of await messages.create({ ...params, stream: true }, options));
  },
  async ({ messages }, options, random, { params }) => {
    let left = Math.floor(random() * 6);
    for await (const _event of await messages.create({ ...params, stream: true }, options)) if (left-- <= 0) break;
  },
  ({ messages }, options, random, { params }) => messages.create(params, { ...options, ...within(random) }),
  ({ messages }, options, random, { params }) => messages.stream(params, { ...options, ...within(random) }).done(),
  async ({ messages }, options, random, { params }) => {
    // Only an abort is nobody's business; an error of a stream that nobody awaits the SDK raises on purpose.
    const stream = messages.stream(params, { ...options, signal: undefined }).on('error', () => undefined);
    await new Promise((resolve) => setTimeout(resolve, random() * 4));
    stream.abort();
  },
  async ({ messages }, options, random, { params, context }) => {
    const bounded = callContext({ ...context, deadlineMs: 1 + Math.ceil(random() * 12) });
    for await (const _event of await messages.create({ ...params, stream: true }, { ...options, ...bounded }));
  },
  ({ messages }, options, _, { params }) =>
    messages.create({ ...params, stream: true }, { ...options, signal: undefined }),
];

function within(random: () => number): { signal: AbortSignal } {
  return { signal: AbortSignal.timeout(Math.ceil(random() * 8)) };
}

/** What of the calls a test chooses. */
export interface MixedCalls {
  readonly calls: number;
  /** Shared by most of them. */
  readonly signal: AbortSignal;
  /** What a call asks and is attributed to, by its number. Default: the same for all, and nobody. */
  readonly draw?: (index: number) => Draw;
}

const SAME: Draw = { params: PARAMS, context: {} };

/** Makes so many calls, the same ones in each run, and nobody cares how each ends. */
export async function makeMixedCalls(client: Client, { calls, signal, draw = () => SAME }: MixedCalls): Promise<void> {
  setMaxListeners(CONCURRENT * 4, signal);
  const random = createRandom(42);
  let made = 0;
  const caller = async (): Promise<void> => {
    while (made < calls) {
      const drawn = draw(made++);
      const way = WAYS[Math.floor(random() * WAYS.length)] as Way;
      await way(client, { ...callContext(drawn.context), signal }, random, drawn).catch(() => null);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENT }, caller));
}

/** Waits until every call is settled, with everything let go of that nobody holds, streams that nobody reads among them. */
export async function whenAllSettled({ liveCalls }: { readonly liveCalls: { readonly size: number } }): Promise<void> {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const isSettled = (): boolean => {
    collectGarbage();
    return liveCalls.size === 0;
  };
  await eventually(isSettled, 'every call was settled', 20_000);
}
