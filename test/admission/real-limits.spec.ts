import type { RateLimitOptions } from 'nestjs-claude';
import { AnthropicSimulator, type RecordedRequest } from 'nestjs-claude/testing';
import { createRuntime } from '../../libs/claude/src/claude.runtime.js';
import { resolveSettings } from '../../libs/claude/src/config/settings.js';
import { FastClock } from '../support/fast-clock.js';

/** Simulated milliseconds in one of the test: five minutes take 15 seconds, and longer where the machine is busy. */
const FACTOR = 20;
/** What is delayed on the way is so many times as long by the simulated clock, so windows are counted slower. */
const WINDOW_FACTOR = 10;
const TIMEOUT_MS = 180_000;
const MINUTE_MS = 60_000;
const RUN_MS = 5 * MINUTE_MS;
const CALLERS = 100;
const CALLS = 2_000;
const LIMITS = { requestsPerMinute: 300, inputTokensPerMinute: 60_000, outputTokensPerMinute: 20_000 };

/** About 180 tokens of input for the simulator, and 60 of output: each limit is nearly as narrow as the next. */
const PARAMS = {
  model: 'claude-haiku-5-5',
  max_tokens: 240,
  messages: [{ role: 'user' as const, content: 'Tell me about the sea. '.repeat(31) }],
};
const ANSWER = 'x'.repeat(240);

interface Run {
  /** Answers that came in the five minutes. */
  readonly answered: readonly RecordedRequest[];
  readonly errors: readonly unknown[];
  readonly throttled: number;
}

/** Ends a run that did not end in time. */
let leave = (): void => undefined;
afterEach(() => leave());

/** A hundred callers ask again and again, until five minutes have passed or all calls are made. */
async function run(rateLimit: RateLimitOptions, factor = FACTOR): Promise<Run> {
  const clock = new FastClock(factor);
  const sim = await AnthropicSimulator.start({ clock, limits: LIMITS });
  sim.onMessage().reply(ANSWER);
  const settings = resolveSettings({ apiKey: 'test', baseURL: sim.url, rateLimit });
  const runtime = createRuntime(settings, 'default', { clock });
  const errors: unknown[] = [];
  let left = CALLS;
  const caller = async (): Promise<void> => {
    while (left-- > 0 && clock.now() < RUN_MS) {
      await runtime.client.messages.create(PARAMS).catch((error: unknown) => errors.push(error));
    }
  };
  leave = () => void (left = 0);
  await Promise.all(Array.from({ length: CALLERS }, caller));
  const tookMs = clock.now();
  const answered = sim.requests.filter(({ status }) => status === 200);
  const throttled = sim.requests.filter(({ status }) => status === 429).length;
  console.log(
    `${answered.length} answers and ${throttled} times 429 in ${(tookMs / 1_000).toFixed(0)} simulated seconds, ${factor} times as fast`,
  );
  runtime.admission.close();
  await runtime.transport.close();
  await sim.close();
  clock.close();
  return { answered, errors, throttled };
}

/** What of each limit was used: the largest share of what the API would have let through in the time. */
function usedShare({ answered }: Run): number {
  const first = answered[0]?.receivedAtMs ?? 0;
  const within = answered.filter(({ receivedAtMs }) => receivedAtMs - first < RUN_MS);
  const minutes = RUN_MS / MINUTE_MS;
  const used = sums(within);
  return Math.max(
    used.requests / (LIMITS.requestsPerMinute * minutes),
    used.input / (LIMITS.inputTokensPerMinute * minutes),
    used.output / (LIMITS.outputTokensPerMinute * minutes),
  );
}

function sums(requests: readonly RecordedRequest[]): { requests: number; input: number; output: number } {
  return requests.reduce(
    (sum, { billed }) => ({
      requests: sum.requests + 1,
      input: sum.input + (billed?.input_tokens ?? 0) + (billed?.cache_creation_input_tokens ?? 0),
      output: sum.output + (billed?.output_tokens ?? 0),
    }),
    { requests: 0, input: 0, output: 0 },
  );
}

/** The most that any 60 seconds held, of each limit. */
function fullestWindow({ answered }: Run): { requests: number; input: number; output: number } {
  const fullest = { requests: 0, input: 0, output: 0 };
  answered.forEach(({ receivedAtMs }, index) => {
    const window = sums(answered.slice(index).filter((each) => each.receivedAtMs - receivedAtMs < MINUTE_MS));
    for (const kind of ['requests', 'input', 'output'] as const) fullest[kind] = Math.max(fullest[kind], window[kind]);
  });
  return fullest;
}

describe('100 callers at 300 requests, 60,000 input and 20,000 output tokens a minute', () => {
  it(
    'get no 429 and nine tenths of what the limits let through',
    async () => {
      const outcome = await run({ ...LIMITS });
      expect([outcome.errors, outcome.throttled]).toEqual([[], 0]);
      expect(usedShare(outcome)).toBeGreaterThanOrEqual(0.9);
    },
    TIMEOUT_MS,
  );

  it(
    'keep every 60 seconds within the limits under a strict window',
    async () => {
      const outcome = await run({ ...LIMITS, strictWindow: true }, WINDOW_FACTOR);
      expect([outcome.errors, outcome.throttled]).toEqual([[], 0]);
      const { requests, input, output } = fullestWindow(outcome);
      console.log(`the fullest 60 seconds: ${requests} requests, ${input} input and ${output} output tokens`);
      expect(requests).toBeLessThanOrEqual(LIMITS.requestsPerMinute);
      expect(input).toBeLessThanOrEqual(LIMITS.inputTokensPerMinute);
      expect(output).toBeLessThanOrEqual(LIMITS.outputTokensPerMinute);
      expect(usedShare(outcome)).toBeGreaterThanOrEqual(0.85);
    },
    TIMEOUT_MS,
  );

  it(
    'learn them from headers where far more was configured',
    async () => {
      const configured = { requestsPerMinute: 3_000, inputTokensPerMinute: 600_000, outputTokensPerMinute: 200_000 };
      const outcome = await run(configured);
      expect([outcome.errors, outcome.throttled]).toEqual([[], 0]);
      expect(usedShare(outcome)).toBeGreaterThanOrEqual(0.9);
    },
    TIMEOUT_MS,
  );
});
