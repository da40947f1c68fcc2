import { setTimeout as delay } from 'node:timers/promises';
import type { RecordedRequest } from 'nestjs-claude/testing';
import { hasRedisServer } from '../support/redis-server.js';
import { Fleet } from './fleet.js';

const PROCESSES = 4;
const CALLERS = 100;
const RUN_MS = 40_000;
const MINUTE_MS = 60_000;

/** About 180 tokens of input for the simulator, and 60 of output: each limit is nearly as narrow as the next. */
const PARAMS = {
  model: 'claude-haiku-5-5',
  max_tokens: 240,
  messages: [{ role: 'user' as const, content: 'Tell me about the sea. '.repeat(31) }],
};
const ANSWER = 'x'.repeat(240);
const LIMITS = { requestsPerMinute: 1_200, inputTokensPerMinute: 240_000, outputTokensPerMinute: 80_000 };

/** What of each limit was used in the time of the run: the largest share of what the API lets through. */
function usedShare(requests: readonly RecordedRequest[]): number {
  const first = requests[0]?.receivedAtMs ?? 0;
  const within = requests.filter(({ receivedAtMs, status }) => status === 200 && receivedAtMs - first < RUN_MS);
  const minutes = RUN_MS / MINUTE_MS;
  const sum = (amountOf: (request: RecordedRequest) => number): number =>
    within.reduce((total, request) => total + amountOf(request), 0);
  return Math.max(
    sum(() => 1) / (LIMITS.requestsPerMinute * minutes),
    sum(({ billed }) => billed?.input_tokens ?? 0) / (LIMITS.inputTokensPerMinute * minutes),
    sum(({ billed }) => billed?.output_tokens ?? 0) / (LIMITS.outputTokensPerMinute * minutes),
  );
}

const itWithRedis = hasRedisServer('limits that several processes share') ? it : it.skip;

itWithRedis(
  '400 callers in four processes get no 429 and more than 85 % of what the API lets through',
  async () => {
    const rateLimit = { ...LIMITS, queue: { maxWaitMs: 10 * MINUTE_MS } };
    const options = { rateLimit, timeouts: { deadlineMs: 20 * MINUTE_MS } };
    const fleet = await Fleet.start({ options, simulator: { limits: LIMITS }, params: PARAMS, callers: CALLERS });
    fleet.sim.onMessage().reply(ANSWER);
    const processes = await fleet.launch(PROCESSES);
    await delay(RUN_MS / 2);
    // What the server has compiled is gone, as after a restart; whoever asks next sends it again.
    fleet.redis.command('SCRIPT', 'FLUSH');
    await delay(RUN_MS / 2);
    const { requests } = fleet.sim;
    const share = usedShare(requests);
    const throttled = requests.filter(({ status }) => status === 429).length;
    console.log(
      `${requests.length} requests of ${PROCESSES} processes and ${throttled} times 429 in ${RUN_MS / 1_000} s: ` +
        `${(100 * share).toFixed(1)} % of what the limits let through`,
    );
    for (const each of processes) await each.kill();
    expect(throttled).toBe(0);
    expect(share).toBeGreaterThanOrEqual(0.85);
  },
  180_000,
);
