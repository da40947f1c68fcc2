import type { Anthropic } from '@anthropic-ai/sdk';
import { callContext, type CallContext, type ClaudeService } from 'nestjs-claude';
import type { AnthropicSimulator, RandomFault } from 'nestjs-claude/testing';
import type { Random } from '../../../libs/claude/src/call/clock.js';
import { createRandom } from '../../../libs/claude/src/testing/seed.js';

/** What an attempt may take. Answers that are slower than that have been generated, and nobody knows. */
export const ATTEMPT_MS = 5_000;

/** Everything that can happen to an answer, each often enough to be seen many times in 5,000 calls. */
export const FAULTS: readonly RandomFault[] = [
  { fault: { kind: 'status', status: 529 }, probability: 0.04 },
  { fault: { kind: 'status', status: 500 }, probability: 0.02 },
  { fault: { kind: 'status', status: 400 }, probability: 0.02 },
  { fault: { kind: 'status', status: 403 }, probability: 0.01 },
  { fault: { kind: 'resetBeforeHeaders' }, probability: 0.03 },
  { fault: { kind: 'resetMidStream', afterDeltas: 3 }, probability: 0.02 },
  { fault: { kind: 'truncateStream', afterDeltas: 5 }, probability: 0.02 },
  { fault: { kind: 'truncateBody', afterDeltas: 2 }, probability: 0.01 },
  { fault: { kind: 'errorEvent', afterDeltas: 0 }, probability: 0.02 },
  { fault: { kind: 'errorEvent', afterDeltas: 7 }, probability: 0.02 },
  { fault: { kind: 'malformedJson' }, probability: 0.01 },
  { fault: { kind: 'emptyBody' }, probability: 0.01 },
  { fault: { kind: 'hang' }, probability: 0.002 },
  { fault: { kind: 'slowFirstToken', ms: 3 * ATTEMPT_MS }, probability: 0.002 },
  { fault: { kind: 'slowStream', perEventMs: 2 }, probability: 0.1 },
  { fault: { kind: 'unknownEvents' }, probability: 0.05 },
  { fault: { kind: 'splitBytes', chunkBytes: 200 }, probability: 0.05 },
];

/** In the prompt of a request whose answer comes with searches. */
const SEARCH = 'search the web';

const SEARCHES = 3;

/** Lets requests that ask for it search the web. */
export function scriptSearches(sim: AnthropicSimulator): void {
  sim.onMessage({ user: SEARCH }).reply({
    content: 'Found it.',
    usage: { server_tool_use: { web_search_requests: SEARCHES, web_fetch_requests: 1 } },
  });
}

/** One call of the mix: who makes it, what it asks, and how its caller takes the answer. */
interface MixedCall {
  readonly context: CallContext;
  readonly params: Params;
  readonly way: Way;
}

type Params = Anthropic.MessageCreateParamsNonStreaming;
type Claude = Pick<ClaudeService, 'messages' | 'beta'>;
type Options = Anthropic.RequestOptions;
type Way = (claude: Claude, params: Params, options: Options, random: Random) => Promise<unknown>;

/** Draws so many calls, the same for the same seed, and makes them, so many at a time. Nobody cares how each ends. */
export async function makeMixedCalls(
  claude: ClaudeService,
  { calls, concurrent, seed }: { readonly calls: number; readonly concurrent: number; readonly seed: number },
): Promise<void> {
  const random = createRandom(seed);
  let left = calls;
  const caller = async (): Promise<void> => {
    while (left-- > 0) {
      const { context, params, way } = drawCall(random);
      await way(claude, params, callContext(context), random).catch(() => null);
    }
  };
  await Promise.all(Array.from({ length: concurrent }, caller));
}

function drawCall(random: Random): MixedCall {
  const draw: Draw = <T>(...all: readonly T[]): T => all[Math.floor(random() * all.length)] as T;
  const user = draw('ada', 'bob', 'eve', undefined);
  const context: CallContext = {
    ...(user !== undefined && { user }),
    tags: draw<Record<string, string>>({}, { team: 'red' }, { team: 'blue', env: 'test' }),
    requestType: draw('chat', 'report'),
  };
  return { context, params: draw(...REQUESTS)(draw), way: draw(...WAYS) };
}

/** Takes one of a few, by chance. */
type Draw = <T>(...all: readonly T[]) => T;

const MODELS = ['claude-haiku-5-5', 'claude-sonnet-5-5', 'claude-opus-5-5', 'claude-fable-5-1', 'claude-haiku-4-5'];

const TEXTS = ['Tell me about the sea.', 'And the hills behind it?', 'x'.repeat(3_000)];

/** The simulator counts four characters as a token, and three more for a message. */
const textOf = (tokens: number): string => 'y'.repeat(4 * tokens);
const MESSAGE_TOKENS = 3;

/** Where Haiku 5.5 begins to cost more: above this many tokens of prompt, cached ones included. */
const CLIFF_TOKENS = 100_000;

const ask = (content: string): Params['messages'] => [{ role: 'user', content }];

/** A document that is cached for so long. The same letter is the same document. */
function cached(letter: string, tokens: number, ttl: '5m' | '1h'): Anthropic.TextBlockParam {
  return { type: 'text', text: letter.repeat(4 * tokens), cache_control: { type: 'ephemeral', ttl } };
}

const plain = (draw: Draw): Params => ({
  model: draw(...MODELS),
  max_tokens: draw(64, 256, 1_024),
  messages: ask(draw(...TEXTS)),
});

const searching = (draw: Draw): Params => ({
  ...plain(draw),
  messages: ask(`Please ${SEARCH} for boats.`),
  tools: [{ type: 'web_search_20250305', name: 'web_search', max_uses: SEARCHES }],
});

/** Most documents are known to the cache after a while; others come up for the first time. */
const withCache = (draw: Draw): Params => {
  const letter = draw('a', 'a', 'a', 'b', 'b', 'c', 'e', 'f', 'g', 'h', 'i', 'j');
  const hour = cached(letter, 700, '1h');
  const minutes = cached(letter, 300, '5m');
  return { ...plain(draw), system: draw([hour], [minutes], [hour, minutes]) };
};

/** At the cliff and right above it, with a cached part and without. */
const atTheCliff = (draw: Draw): Params => {
  const tokens = CLIFF_TOKENS + draw(0, 1) - MESSAGE_TOKENS;
  const isCached = draw(true, false);
  return {
    model: 'claude-haiku-5-5',
    max_tokens: 64,
    messages: ask(textOf(isCached ? tokens - 60_000 : tokens)),
    ...(isCached && { system: [cached('d', 60_000, draw('5m', '1h'))] }),
  };
};

/** Of a kind in about the share that it stands here. */
const REQUESTS: readonly ((draw: Draw) => Params)[] = [
  ...Array.from({ length: 64 }, () => plain),
  ...Array.from({ length: 60 }, () => withCache),
  ...Array.from({ length: 4 }, () => searching),
  atTheCliff,
];

async function read(events: AsyncIterable<unknown>, atMost = Infinity): Promise<void> {
  let left = atMost;
  for await (const _ of events) if (--left <= 0) break;
}

const within = (random: Random, ms: number): { signal: AbortSignal } => ({
  signal: AbortSignal.timeout(1 + Math.floor(random() * ms)),
});

const json: Way = ({ messages }, params, options) => messages.create(params, options);

const stream: Way = async ({ messages }, params, options) =>
  read(await messages.create({ ...params, stream: true }, options));

/** How callers take an answer, or leave it. */
const WAYS: readonly Way[] = [
  json,
  json,
  json,
  stream,
  stream,
  ({ messages }, params, options) => messages.stream(params, options).finalMessage(),
  // Before the headers, mostly, and in the middle of what is slow.
  ({ messages }, params, options, random) => messages.create(params, { ...options, ...within(random, 8) }),
  async ({ messages }, params, options, random) =>
    read(await messages.create({ ...params, stream: true }, { ...options, ...within(random, 60) })),
  async ({ messages }, params, options, random) =>
    read(await messages.create({ ...params, stream: true }, options), Math.ceil(random() * 20)),
  ({ messages }, { model, messages: asked, system }, options) =>
    messages.countTokens({ model, messages: asked, ...(system && { system }) }, options),
  ({ beta }, params, options) =>
    beta.messages.create({ ...params, model: 'claude-opus-5-5', speed: 'fast', inference_geo: 'us' }, options),
  async ({ beta }, params, options) =>
    read(await beta.messages.create({ ...params, model: 'claude-opus-5', speed: 'fast', stream: true }, options)),
];
