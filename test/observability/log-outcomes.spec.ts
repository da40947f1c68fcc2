import type { ClaudeModuleOptions } from 'nestjs-claude';
import type { Fault } from 'nestjs-claude/testing';
import { systemClock } from '../../libs/claude/src/call/clock.js';
import { AwayStore } from '../support/away-store.js';
import { bootClaude, eventually, PARAMS, SIMULATED_KEY, type ClaudeHarness } from '../support/claude-harness.js';
import { captureLog, type CapturedLine } from '../support/captured-log.js';

const TEXT = 'One two three four five six seven eight nine ten eleven twelve.';
const SHORT = { attemptMs: 400, firstEventMs: 200, idleMs: 150, contentIdleMs: 300 };

interface Case {
  readonly what: string;
  readonly options?: Omit<ClaudeModuleOptions, 'baseURL'>;
  readonly fault?: Fault;
  readonly prepare?: (harness: ClaudeHarness) => unknown;
  readonly level: CapturedLine['level'];
  /** What the line says of a call whose answer is JSON, and of a stream. */
  readonly json: object;
  readonly stream?: object;
}

const FAILED = { msg: 'Claude call failed', outcome: 'failed', attempts: 1 };
const REFUSED = { msg: 'Claude call refused', outcome: 'refused', attempts: 0 };

/** A failure that is answered with a status. */
function status(code: number, errorClass: string, errorKind: string): Case {
  return {
    what: `answered ${code}`,
    fault: { kind: 'status', status: code },
    level: 'error',
    json: { ...FAILED, status: code, errorClass, errorKind, requestId: expect.stringMatching(/^req_/) },
  };
}

const CASES: readonly Case[] = [
  {
    what: 'that succeeded',
    level: 'log',
    json: { outcome: 'succeeded', status: 200, attempts: 1, usageQuality: 'complete', stream: false },
    stream: { outcome: 'succeeded', stream: true, timeToFirstTokenMs: expect.any(Number) as number },
  },
  status(400, 'invalid_request_error', 'rejected'),
  status(401, 'authentication_error', 'unauthorized'),
  status(403, 'permission_error', 'forbidden'),
  status(409, 'conflict_error', 'conflict'),
  status(429, 'rate_limit_error', 'throttled'),
  status(500, 'api_error', 'server-error'),
  status(529, 'overloaded_error', 'overloaded'),
  {
    what: 'whose connection was reset before an answer',
    fault: { kind: 'resetBeforeHeaders' },
    level: 'error',
    json: { ...FAILED, errorKind: 'disconnected', inputTokens: expect.any(Number) as number },
  },
  {
    what: 'that was never answered',
    options: { timeouts: SHORT },
    fault: { kind: 'hang' },
    level: 'error',
    json: { ...FAILED, errorKind: 'no-answer' },
  },
  {
    what: 'whose answer is no JSON',
    fault: { kind: 'malformedJson' },
    level: 'error',
    json: { ...FAILED, errorClass: 'ProtocolError', errorCode: 'protocol_error', errorKind: 'malformed' },
  },
  {
    what: 'whose answer broke off',
    fault: { kind: 'truncateBody', afterDeltas: 2 },
    level: 'error',
    json: { ...FAILED, errorKind: 'disconnected' },
    stream: { ...FAILED, errorCode: 'stream_interrupted', usageQuality: 'partial', outputTokens: expect.any(Number) },
  },
  {
    what: 'whose answer went silent',
    options: { timeouts: SHORT },
    fault: { kind: 'stallMidStream', afterDeltas: 2 },
    level: 'error',
    json: { ...FAILED, errorKind: 'no-answer' },
    stream: { ...FAILED, errorCode: 'stream_stalled', usageQuality: 'partial' },
  },
  {
    what: 'with an error event in its answer',
    fault: { kind: 'errorEvent', type: 'overloaded_error', afterDeltas: 2 },
    level: 'error',
    json: { ...FAILED, errorKind: 'overloaded' },
    stream: { ...FAILED, errorKind: 'overloaded', usageQuality: 'partial' },
  },
  {
    what: 'that a limit refused',
    options: { rateLimit: { queue: { maxWaitMs: 1 } } },
    prepare: ({ limiter }) => limiter.pause({ model: PARAMS.model }),
    level: 'warn',
    json: { ...REFUSED, refusal: 'limit_exceeded', model: PARAMS.model },
  },
  {
    what: 'that no limit could ever let through',
    options: { rateLimit: { models: { [PARAMS.model]: { inputTokensPerMinute: 1 } } } },
    level: 'warn',
    json: { ...REFUSED, refusal: 'request_exceeds_limit' },
  },
  {
    what: 'that an open circuit refused',
    prepare: ({ circuits }) => circuits.controller('default').isolate(),
    level: 'warn',
    json: { ...REFUSED, refusal: 'circuit_open' },
  },
  {
    what: 'that a budget refused',
    options: { cost: { budgets: [{ name: 'none', limitUsd: 0, window: 'month' }] } },
    level: 'warn',
    json: { ...REFUSED, refusal: 'budget_exceeded' },
  },
  {
    what: 'of a model without a price',
    options: { cost: { pricing: { unknownModel: 'refuse' } } },
    prepare: () => ({ model: 'claude-nobody-1' }),
    level: 'warn',
    json: { ...REFUSED, refusal: 'unpriced_model', model: 'claude-nobody-1' },
  },
  {
    what: 'that has no endpoint to go to',
    options: {
      endpoints: [
        { name: 'a', key: SIMULATED_KEY },
        { name: 'b', key: SIMULATED_KEY },
      ],
    },
    prepare: ({ endpoints }) => void ['a', 'b'].map((name) => endpoints.drain(name)),
    level: 'warn',
    json: { ...REFUSED, refusal: 'no_endpoint' },
  },
  {
    what: 'whose store is away',
    options: { store: new AwayStore(systemClock), storeOutage: { limits: 'closed' } },
    level: 'warn',
    json: { ...REFUSED, refusal: 'store_unavailable' },
  },
  {
    what: 'whose key cannot be read',
    options: { apiKey: { name: 'vault', getKey: () => Promise.reject(new Error('sealed')) } },
    level: 'error',
    json: { ...FAILED, errorCode: 'key_unavailable' },
  },
  {
    what: 'that a stage of the user refused',
    options: { stages: [{ before: 'retry', use: () => Promise.reject(new Error('no')) }] },
    level: 'error',
    json: { ...FAILED, attempts: 0, errorKind: 'unexpected', errorClass: 'Error' },
  },
  {
    what: 'after the shutdown began',
    prepare: ({ claude }) => claude.beforeApplicationShutdown(),
    level: 'warn',
    json: { ...REFUSED, refusal: 'shutting_down' },
  },
];

/** Makes the call, and takes what comes of it. */
async function call({ claude }: ClaudeHarness, stream: boolean, changes: object): Promise<void> {
  const params = { ...PARAMS, ...changes };
  try {
    if (!stream) await claude.messages.create(params);
    else for await (const _ of await claude.messages.create({ ...params, stream: true }));
  } catch {
    // What it ends with is for other tests.
  }
}

describe.each([false, true])('A call (stream: %s)', (stream) => {
  it.each(CASES)(
    '$what has one record, and one line that says so',
    async ({ options, fault, prepare, level, ...says }) => {
      const log = captureLog();
      const harness = await bootClaude({ retry: false, ...options }, {}, { logWriter: log.writer });
      const script = harness.sim.onMessage().reply(TEXT);
      if (fault !== undefined) script.failWith(fault);
      const changes = (await prepare?.(harness)) as object | undefined;
      await call(harness, stream, changes ?? {});

      await eventually(() => harness.records.length > 0, 'the call was recorded');
      expect(harness.records).toHaveLength(1);
      expect(log.lines).toHaveLength(1);
      const [line] = log.lines;
      const expected = Object.entries(stream ? (says.stream ?? says.json) : says.json).filter(
        ([name]) => name !== 'stream',
      );
      for (const [name, value] of expected) expect([name, line?.fields[name]]).toEqual([name, value]);
      expect(line).toMatchObject({
        level,
        fields: { callId: harness.record().id, stream, operation: 'messages.create' },
      });
      expect(line?.text).not.toMatch(/[\n\r]/);
      expect(line?.text).toContain(harness.record().outcome.kind);
    },
  );
});

describe('A call whose caller leaves', () => {
  it('before its answer has one line', async () => {
    const log = captureLog();
    const harness = await bootClaude({}, {}, { logWriter: log.writer });
    harness.sim.onMessage().failWith({ kind: 'hang' });
    const controller = new AbortController();
    const pending = harness.claude.messages.create(PARAMS, { signal: controller.signal }).catch(() => null);
    await eventually(() => harness.sim.requests.length > 0, 'the request arrived');
    controller.abort();
    await pending;
    expect(log.lines).toMatchObject([{ level: 'log', fields: { outcome: 'abandoned', abandonedAt: 'before-answer' } }]);
    expect(harness.records).toHaveLength(1);
  });

  it('in the middle of its answer has one line, with what it may have used', async () => {
    const log = captureLog();
    const harness = await bootClaude({}, {}, { logWriter: log.writer });
    harness.sim.onMessage().reply(TEXT).failWith({ kind: 'slowStream', perEventMs: 5 });
    for await (const event of await harness.claude.messages.create({ ...PARAMS, stream: true })) {
      if (event.type === 'content_block_delta') break;
    }
    await eventually(() => log.lines.length > 0, 'the line was written');
    expect(log.lines).toMatchObject([
      { level: 'log', fields: { outcome: 'abandoned', abandonedAt: 'during-answer', usageQuality: 'partial' } },
    ]);
    expect(log.lines[0]?.fields['costUsd']).toBeGreaterThan(0);
    expect(harness.records).toHaveLength(1);
  });
});
