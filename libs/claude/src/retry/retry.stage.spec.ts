import fc from 'fast-check';
import { DeadlineExceededError, ShuttingDownError } from '../errors/errors.js';
import { CircuitOpenError, LimitExceededError } from '../errors/refusals.js';
import { failureOf } from '../errors/call-failure.js';
import { ManualClock } from '../testing/clock/manual-clock.js';
import type { Call } from '../call/call.js';
import { RETRY_DEFAULTS, type RetrySettings } from './retry.options.js';
import { retryStage } from './retry.stage.js';
import { callFor, ScriptedAttempts, type CallOptions, type Scripted } from './spec-support/scripted-attempts.js';

const RESET = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
const OPUS = 'claude-opus-5-5';
const SONNET = 'claude-sonnet-5-5';

/** Lets everything that is due by now happen, and then the next timer, until nothing is left to happen. */
async function runToEnd(clock: ManualClock, done: () => boolean): Promise<void> {
  for (let turn = 0; turn < 10_000 && !done(); turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    if (!done() && clock.pendingTimers > 0) clock.advance(10);
  }
}

interface Ran {
  readonly answer: Response | null;
  readonly error: unknown;
  readonly attempts: ScriptedAttempts;
  readonly call: Call;
  readonly clock: ManualClock;
  readonly tookMs: number;
}

interface RunOptions extends CallOptions {
  readonly settings?: Partial<RetrySettings>;
  readonly random?: () => number;
  readonly whileRunning?: (call: Call, clock: ManualClock) => void;
}

async function run(script: (number: number) => Scripted, options: RunOptions = {}): Promise<Ran> {
  const clock = new ManualClock();
  const attempts = new ScriptedAttempts(clock, script);
  const stage = retryStage({ ...RETRY_DEFAULTS, ...options.settings }, clock, options.random ?? (() => 0.5));
  const call = callFor(clock, options);
  let answer: Response | null = null;
  let error: unknown = null;
  let done = false;
  const running = stage(call, attempts.stage)
    .then(
      (made) => (answer = made),
      (thrown: unknown) => (error = thrown),
    )
    .finally(() => (done = true));
  await new Promise((resolve) => setImmediate(resolve));
  options.whileRunning?.(call, clock);
  await runToEnd(clock, () => done);
  await running;
  return { answer, error, attempts, call, clock, tookMs: clock.now() };
}

const always = (scripted: Scripted) => (): Scripted => scripted;

const inOrder =
  (...scripted: Scripted[]) =>
  (number: number): Scripted =>
    scripted[Math.min(number, scripted.length) - 1] as Scripted;

describe('retry stage', () => {
  it('makes one attempt of a call that succeeds, and arms no timer', async () => {
    const { answer, attempts, clock } = await run(always({ status: 200 }));
    expect(answer?.status).toBe(200);
    expect(attempts.startedAtMs).toEqual([0]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('waits between attempts and not after the last one', async () => {
    const { answer, attempts, tookMs } = await run(always({ status: 500 }));
    expect(answer?.status).toBe(500);
    expect(attempts.startedAtMs).toEqual([0, 250, 750]);
    expect(tookMs).toBe(750);
  });

  it('waits as long as the server asks, and a little longer', async () => {
    const { attempts, call } = await run(inOrder({ status: 429, headers: { 'retry-after': '2' } }, { status: 200 }), {
      random: () => 0.9,
    });
    expect(attempts.startedAtMs).toEqual([0, 2_180]);
    expect(call.callFailure().attempts[0]).toMatchObject({ retryAfterMs: 2_000, retryDelayMs: 2_180 });
  });

  it('gives up at once on a hint that does not fit, and passes it on', async () => {
    const { answer, call, tookMs } = await run(always({ status: 429, headers: { 'retry-after': '3600' } }));
    expect([answer?.status, tookMs]).toEqual([429, 0]);
    expect(call.callFailure().retryAfterMs).toBe(3_600_000);
  });

  it('ends the wait at once when the caller leaves, and leaves no timer', async () => {
    const { error, tookMs, clock, attempts } = await run(always({ status: 500 }), {
      whileRunning: (call) => call.abort(),
    });
    expect(error).toMatchObject({ name: 'APIUserAbortError' });
    expect([tookMs, clock.pendingTimers, attempts.startedAtMs.length]).toEqual([0, 0, 1]);
  });

  it('repeats a conflict once', async () => {
    const { answer, attempts } = await run(always({ status: 409 }));
    expect([answer?.status, attempts.startedAtMs.length]).toEqual([409, 2]);
  });

  it('throws what the last attempt threw', async () => {
    const { error, call } = await run(always({ throws: RESET }));
    expect(error).toBe(RESET);
    expect(call.callFailure().attempts.map(({ cause }) => cause)).toEqual([RESET, RESET, RESET]);
  });

  it('repeats no error that is not the attempt’s own', async () => {
    const decision = new Error('a stage says no');
    const { error, attempts } = await run(always({ refuses: decision }));
    expect(error).toBe(decision);
    expect(attempts.startedAtMs).toHaveLength(1);
  });

  it('does not repeat a create that may have been carried out', async () => {
    const batch = { path: '/v1/messages/batches' };
    expect((await run(always({ throws: RESET }), batch)).attempts.startedAtMs).toHaveLength(1);
    expect((await run(always({ status: 503 }), batch)).attempts.startedAtMs).toHaveLength(3);
  });

  it('lets the API’s own error stand when a refusal of ours ends the next attempt', async () => {
    for (const refusal of [
      new CircuitOpenError({ circuit: 'default', retryAfterMs: 5_000 }),
      new LimitExceededError({ scope: 'requests', used: 1, limit: 1 }),
    ]) {
      const { answer, call } = await run(inOrder({ status: 529 }, { refuses: refusal }));
      expect(answer?.status).toBe(529);
      expect(call.deciding?.status).toBe(529);
    }
  });

  it('lets the API’s own error stand when the deadline leaves no time for the next attempt', async () => {
    const { answer } = await run(inOrder({ status: 500 }, { refuses: new DeadlineExceededError(1_000) }));
    expect(answer?.status).toBe(500);
  });

  it('ends with a shutdown that comes in between, whatever failed before', async () => {
    const { error } = await run(inOrder({ status: 500 }, { refuses: new ShuttingDownError('x') }), {
      whileRunning: (call) => call.terminate(() => new ShuttingDownError('closing')),
    });
    expect(error).toMatchObject({ code: 'shutting_down', message: 'closing' });
  });

  it('ends with a shutdown in the middle of a further attempt, whatever failed before', async () => {
    const { error } = await run((number) => {
      if (number === 1) return { status: 500 };
      return { refuses: new ShuttingDownError('closing'), before: (call) => call.terminate(() => new Error('closed')) };
    });
    expect(error).toMatchObject({ message: 'closed' });
  });

  it('repeats what a stage answers by itself no more often than an attempt, and judges it by itself', async () => {
    const clock = new ManualClock();
    const attempts = new ScriptedAttempts(clock, always({ status: 500 }));
    const own = async (statuses: readonly number[]): Promise<[number, number]> => {
      const left = [...statuses];
      let runs = 0;
      let done = false;
      const answer = retryStage(
        RETRY_DEFAULTS,
        clock,
        () => 0,
      )(callFor(clock), (call) => {
        runs += 1;
        const status = left.shift() ?? 503;
        return status === 500 ? attempts.stage(call) : Promise.resolve(new Response(null, { status }));
      }).finally(() => (done = true));
      await runToEnd(clock, () => done);
      return [(await answer).status, runs];
    };
    expect(await own([503])).toEqual([503, 3]);
    expect(await own([500, 400])).toEqual([400, 2]);
  });

  it('forgets what decided an earlier run, when a stage outside runs it again', async () => {
    const clock = new ManualClock();
    const attempts = new ScriptedAttempts(clock, inOrder({ status: 400 }, { status: 200 }));
    const stage = retryStage(RETRY_DEFAULTS, clock, () => 0);
    const call = callFor(clock);
    await stage(call, attempts.stage);
    expect(call.deciding?.status).toBe(400);
    await stage(call, attempts.stage);
    expect(call.deciding?.status).toBe(200);
  });

  it('does not send a body twice that is gone after its first time', async () => {
    const clock = new ManualClock();
    const attempts = new ScriptedAttempts(clock, always({ status: 503 }));
    const call = callFor(clock);
    call.request.body = new ReadableStream();
    expect((await retryStage(RETRY_DEFAULTS, clock, () => 0)(call, attempts.stage)).status).toBe(503);
    expect(attempts.startedAtMs).toHaveLength(1);
  });

  it('obeys the hint of an answer whose body broke off', async () => {
    const headers = { 'retry-after': '3600' };
    const { error, attempts } = await run(always({ status: 429, headers, thenThrows: RESET }));
    expect(error).toBe(RESET);
    expect(attempts.startedAtMs).toHaveLength(1);
  });

  it('waits for nothing once its own failure has opened the circuit', async () => {
    const clock = new ManualClock();
    const attempts = new ScriptedAttempts(clock, always({ status: 500 }));
    const stage = retryStage(RETRY_DEFAULTS, clock, () => 0.5);
    const answer = await stage(callFor(clock), async (call) => {
      const made = await attempts.stage(call);
      if (call.attempt) call.attempt.circuitOpen = true;
      return made;
    });
    expect([answer.status, attempts.startedAtMs.length, clock.now()]).toEqual([500, 1, 0]);
  });
});

describe('retry budget of the stage', () => {
  it('ends retries when it is used up, with the error as it is, and says so', async () => {
    const { answer, attempts, call } = await run(always({ status: 500 }), {
      settings: { maxAttempts: 20, budget: { maxTokens: 3, tokensPerCall: 0, tokensPerMinute: 0.001 } },
    });
    expect([answer?.status, attempts.startedAtMs.length]).toEqual([500, 4]);
    expect(call.callFailure().retryBudgetExhausted).toBe(true);
  });

  it('is not asked where retries are unlimited', async () => {
    const { attempts, call } = await run(always({ status: 500 }), { settings: { maxAttempts: 20, budget: false } });
    expect(attempts.startedAtMs).toHaveLength(20);
    expect(call.retryBudgetExhausted).toBe(false);
  });

  it('earns nothing by calls that are refused before any attempt', async () => {
    const clock = new ManualClock();
    const budget = { maxTokens: 2, tokensPerCall: 0.5, tokensPerMinute: 0.001 };
    const stage = retryStage({ ...RETRY_DEFAULTS, budget, maxAttempts: 5 }, clock, () => 0);
    const failing = new ScriptedAttempts(clock, always({ throws: RESET }));
    const exhausting = stage(callFor(clock), failing.stage).catch(() => undefined);
    let done = false;
    void exhausting.finally(() => (done = true));
    await runToEnd(clock, () => done);
    const refusing = new ScriptedAttempts(clock, always({ refuses: new CircuitOpenError({ circuit: 'default' }) }));
    for (let call = 0; call < 5; call += 1) await stage(callFor(clock), refusing.stage).catch(() => undefined);
    const last = callFor(clock);
    let over = false;
    const running = stage(last, failing.stage)
      .catch(() => undefined)
      .finally(() => (over = true));
    await runToEnd(clock, () => over);
    await running;
    expect([last.attemptCount, last.retryBudgetExhausted]).toEqual([1, true]);
  });

  it('takes nothing for a failure that is not repeated', async () => {
    const clock = new ManualClock();
    const budget = { maxTokens: 1, tokensPerCall: 0, tokensPerMinute: 0.001 };
    const stage = retryStage({ ...RETRY_DEFAULTS, budget, maxAttempts: 2 }, clock, () => 0);
    const bad = new ScriptedAttempts(clock, always({ status: 400 }));
    for (let call = 0; call < 5; call += 1) await stage(callFor(clock), bad.stage);
    const failing = new ScriptedAttempts(clock, always({ status: 500 }));
    const done = stage(callFor(clock), failing.stage);
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(1);
    await done;
    expect(failing.startedAtMs).toHaveLength(2);
  });

  it('holds its law for many callers at once, whatever they meet', async () => {
    const outcome = fc.constantFrom<Scripted>(
      { status: 200 },
      { status: 500 },
      { status: 529 },
      { throws: RESET },
      { status: 429, headers: { 'retry-after-ms': '300' } },
      { status: 429 },
      { status: 400 },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(outcome, { minLength: 50, maxLength: 200 }), fc.nat(), async (outcomes, seed) => {
        const clock = new ManualClock();
        let drawn = seed;
        const random = (): number => ((drawn = (drawn * 1_103_515_245 + 12_345) % 2 ** 31), drawn / 2 ** 31);
        const stage = retryStage({ ...RETRY_DEFAULTS, maxAttempts: 5 }, clock, random);
        const attempts = new ScriptedAttempts(clock, (number) => outcomes[number % outcomes.length] as Scripted);
        let open = 40;
        for (let call = 0; call < 40; call += 1) {
          void stage(callFor(clock), attempts.stage)
            .catch(() => undefined)
            .finally(() => (open -= 1));
        }
        await runToEnd(clock, () => open === 0);
        expect([open, clock.pendingTimers]).toEqual([0, 0]);
        const retries = attempts.startedAtMs.length - 40;
        expect(retries - attempts.askedToWait / 2).toBeLessThanOrEqual(10 + 0.2 * 40 + clock.now() / 6_000 + 1e-9);
      }),
      { numRuns: 30 },
    );
  });
});

describe('fallback models', () => {
  const settings = { fallbackModels: { [OPUS]: [SONNET, 'claude-haiku-5-5'] } };

  it('take over from an overloaded model at once, one after another', async () => {
    const { answer, attempts, tookMs, call } = await run(inOrder({ status: 529 }, { status: 529 }, { status: 200 }), {
      model: OPUS,
      settings,
    });
    expect(answer?.status).toBe(200);
    expect(attempts.models).toEqual([OPUS, SONNET, 'claude-haiku-5-5']);
    expect(tookMs).toBe(0);
    expect(call.model).toBe(OPUS);
    expect(call.callFailure().attempts.map(({ model }) => model)).toEqual(attempts.models);
  });

  it('get the request as it was, but for the model', async () => {
    const { call } = await run(inOrder({ status: 529 }, { status: 200 }), { model: OPUS, settings });
    expect(JSON.parse(call.request.body as string)).toEqual({ ...(call.params as object), model: SONNET });
  });

  it('take over from a model whose circuit is open, which costs the retry budget nothing', async () => {
    const refuses = new CircuitOpenError({ circuit: `default/${OPUS}`, retryAfterMs: 5_000 });
    const { answer, attempts } = await run(inOrder({ refuses }, { status: 200 }), {
      model: OPUS,
      settings: { ...settings, budget: { maxTokens: 1, tokensPerCall: 0, tokensPerMinute: 0.001 } },
    });
    expect(answer?.status).toBe(200);
    expect(attempts.models).toEqual([OPUS, SONNET]);
  });

  it('end in the refusal when the circuit of every one of them is open', async () => {
    const refuses = new CircuitOpenError({ circuit: 'default/any', retryAfterMs: 5_000 });
    const { error, attempts } = await run(always({ refuses }), { model: OPUS, settings });
    expect(error).toBe(refuses);
    expect(attempts.models).toHaveLength(3);
  });

  it('are not asked where the circuit of the whole endpoint is open', async () => {
    const refuses = new CircuitOpenError({ circuit: 'default', retryAfterMs: 5_000 });
    expect((await run(always({ refuses }), { model: OPUS, settings })).attempts.models).toEqual([OPUS]);
  });

  it('that are refused in turn cost the retry budget nothing, and leave what the record says of the attempt', async () => {
    const refuses = new CircuitOpenError({ circuit: 'default/any', retryAfterMs: 5_000 });
    const { attempts, call } = await run(inOrder({ status: 529 }, { refuses }, { status: 200 }), {
      model: OPUS,
      settings: { ...settings, budget: { maxTokens: 1, tokensPerCall: 0, tokensPerMinute: 0.001 } },
    });
    expect(attempts.models).toEqual([OPUS, SONNET, 'claude-haiku-5-5']);
    expect(call.retryBudgetExhausted).toBe(false);
  });

  it('make their first attempt pay into the budget, like any call', async () => {
    const clock = new ManualClock();
    const budget = { maxTokens: 1, tokensPerCall: 1, tokensPerMinute: 0.001 };
    const stage = retryStage({ ...RETRY_DEFAULTS, ...settings, budget }, clock, () => 0);
    const refuses = new CircuitOpenError({ circuit: 'default/any' });
    const exhausted = callFor(clock);
    let done = false;
    void stage(exhausted, new ScriptedAttempts(clock, always({ status: 500 })).stage).finally(() => (done = true));
    await runToEnd(clock, () => done);
    expect(exhausted.retryBudgetExhausted).toBe(true);
    const fallingBack = inOrder({ refuses }, { status: 200 });
    await stage(callFor(clock, { model: OPUS }), new ScriptedAttempts(clock, fallingBack).stage);
    const last = callFor(clock, { model: OPUS });
    await stage(last, new ScriptedAttempts(clock, inOrder({ status: 529 }, { status: 200 })).stage);
    expect(last.attemptCount).toBe(2);
  });

  it('get what stages and middleware made of the request', async () => {
    const clock = new ManualClock();
    const attempts = new ScriptedAttempts(clock, inOrder({ status: 529 }, { status: 200 }));
    const call = callFor(clock, { model: OPUS });
    call.request.body = JSON.stringify({ model: OPUS, messages: 'redacted' });
    await retryStage({ ...RETRY_DEFAULTS, ...settings }, clock, () => 0)(call, attempts.stage);
    expect(JSON.parse(call.request.body)).toEqual({ model: SONNET, messages: 'redacted' });
  });

  it('are not asked with a body that is not theirs to change', async () => {
    const clock = new ManualClock();
    const attempts = new ScriptedAttempts(clock, always({ status: 529 }));
    const call = callFor(clock, { model: OPUS });
    call.request.body = 'not JSON';
    const answer = retryStage({ ...RETRY_DEFAULTS, ...settings, maxAttempts: 2 }, clock, () => 0)(call, attempts.stage);
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(1);
    expect((await answer).status).toBe(529);
    expect(attempts.models).toEqual([OPUS, OPUS]);
  });

  it.each([400, 403])('leave the first error standing when the request does not suit them: %i', async (status) => {
    const overloaded = { status: 529, headers: { 'retry-after': '7' } };
    const { answer, attempts, call } = await run(inOrder(overloaded, { status }), { model: OPUS, settings });
    expect([answer?.status, call.deciding?.number, call.callFailure().retryAfterMs]).toEqual([529, 1, 7_000]);
    expect(attempts.models).toEqual([OPUS, SONNET]);
  });

  it('take over from no other model, and for no other failure', async () => {
    expect((await run(always({ status: 529 }), { model: SONNET, settings })).attempts.models).toEqual([
      SONNET,
      SONNET,
      SONNET,
    ]);
    expect((await run(always({ status: 500 }), { model: OPUS, settings })).attempts.models).toEqual([OPUS, OPUS, OPUS]);
  });

  it('are waited for like any model when they are overloaded too', async () => {
    const { attempts } = await run(always({ status: 529 }), {
      model: OPUS,
      settings: { fallbackModels: { [OPUS]: [SONNET] }, maxAttempts: 3 },
    });
    expect(attempts.models).toEqual([OPUS, SONNET, SONNET]);
    expect(attempts.startedAtMs[1]).toBe(0);
    expect(attempts.startedAtMs[2]).toBeGreaterThan(0);
  });

  it('take part in the attempts a call may make', async () => {
    const { attempts } = await run(always({ status: 529 }), { model: OPUS, settings: { ...settings, maxAttempts: 2 } });
    expect(attempts.models).toEqual([OPUS, SONNET]);
  });
});

describe('what a call tells of its failure', () => {
  it('is nothing for errors that ended no call', () => {
    expect([failureOf(RESET), failureOf(null), failureOf('text')]).toEqual([null, null, null]);
  });
});
