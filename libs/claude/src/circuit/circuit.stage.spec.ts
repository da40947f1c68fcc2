import { PLAIN_ENDPOINT } from '../call/endpoint.js';
import type { Attempt } from '../call/attempt.js';
import { Call } from '../call/call.js';
import type { FailureSummary } from '../call/outcome.js';
import { operationOf } from '../call/operations/operation-of.js';
import type { NextStage } from '../call/stage.js';
import { DeadlineExceededError } from '../errors/errors.js';
import { meaningOf, type FailureKind } from '../errors/failure-meaning.js';
import { CircuitOpenError } from '../errors/refusals.js';
import { ManualClock } from '../testing/clock/manual-clock.js';
import { CIRCUIT_DEFAULTS, type CircuitOptions } from './circuit.options.js';
import { CircuitRegistry } from './circuit.registry.js';
import { circuitStage } from './circuit.stage.js';

const ATTEMPT_MS = 30_000;
const MODEL = 'claude-haiku-5-5';

/** The stage with its registry and a clock, and real calls to send through it. */
class StageHarness {
  readonly clock = new ManualClock();
  readonly registry: CircuitRegistry;
  readonly refusals: unknown[] = [];

  constructor(options: CircuitOptions = {}) {
    this.registry = new CircuitRegistry({ ...CIRCUIT_DEFAULTS, ...options }, this.clock, () => 0.5);
  }

  newCall(model: string | null = MODEL): Call {
    return new Call(
      {
        id: 'call_1',
        instance: 'default',
        operation: operationOf('post', '/v1/messages'),
        request: { headers: new Headers(), method: 'post', url: 'http://127.0.0.1/v1/messages' },
        params: model === null ? undefined : { model },
        stream: true,
        context: {},
        endpoint: PLAIN_ENDPOINT,
        work: null,
        trace: null,
        usesEndpointKey: true,
        needsRealSignal: false,
        isSentDirectly: true,
        price: null,
        maxAttempts: undefined,
        attemptTimeoutMs: ATTEMPT_MS,
        deadlineMs: 600_000,
        renewAuthorization: undefined,
        transmit: () => Promise.reject(new Error('Nothing is sent here.')),
      },
      this.clock,
      () => undefined,
    );
  }

  /** Sends a call through the stage; what it throws is kept. */
  async run(next: NextStage, call = this.newCall()): Promise<Call> {
    await circuitStage(this.registry)(call, next).catch((error: unknown) => this.refusals.push(error));
    return call;
  }

  /** A call whose only attempt ends in a certain way. */
  async attempt(end: (attempt: Attempt) => void, call = this.newCall()): Promise<Attempt> {
    let made: Attempt | undefined;
    await this.run(async (each) => {
      made = each.beginAttempt();
      made.markSent();
      end(made);
      await Promise.resolve();
      return new Response(null, { status: made.failure === null ? 200 : 500 });
    }, call);
    if (made === undefined) throw new Error('The stage refused a call that the test needs.');
    return made;
  }

  async fail(kind: FailureKind, status: number | null, times = 1): Promise<Attempt> {
    let last: Attempt | undefined;
    for (let i = 0; i < times; i++) last = await this.attempt(failWith(kind, status));
    if (last === undefined) throw new Error('A failure at least once, please.');
    return last;
  }

  /** State, calls and failures of both circuits, for short. */
  get circuits(): Record<string, string> {
    const told = this.registry
      .snapshot()
      .map(({ circuit, state, calls, failures }) => [circuit, `${state} ${failures}/${calls}`] as const);
    return Object.fromEntries(told);
  }
}

function failure(kind: FailureKind, code: string | null = null): FailureSummary {
  return { type: 'some_error', status: null, code, meaning: meaningOf(kind) };
}

function failWith(kind: FailureKind, status: number | null): (attempt: Attempt) => void {
  return (attempt) => {
    attempt.status = status;
    attempt.end(failure(kind));
  };
}

function succeed(attempt: Attempt): void {
  attempt.status = 200;
  attempt.end(null);
}

describe('the circuit stage', () => {
  it('counts an answer for the endpoint and for the model', async () => {
    const h = new StageHarness();
    await h.attempt(succeed);
    await h.attempt(succeed, h.newCall(null));
    expect(h.circuits).toEqual({
      default: 'closed 0/2',
      [`default/${MODEL}`]: 'closed 0/1',
      'default/-': 'closed 0/1',
    });
  });

  it.each<FailureKind>([
    'server-error',
    'unavailable',
    'overloaded',
    'malformed',
    'disconnected',
    'stream-interrupted',
  ])(
    'counts what is the fault of the service (%s) against the model, and for the endpoint that answered',
    async (kind) => {
      const h = new StageHarness();
      await h.fail(kind, 529);
      expect(h.circuits).toEqual({ default: 'closed 0/1', [`default/${MODEL}`]: 'closed 1/1' });
    },
  );

  it.each<FailureKind>(['no-answer', 'disconnected'])(
    'says nothing of the endpoint when no answer came (%s)',
    async (kind) => {
      const h = new StageHarness();
      await h.fail(kind, null);
      expect(h.circuits).toEqual({ default: 'closed 0/0', [`default/${MODEL}`]: 'closed 1/1' });
    },
  );

  it.each<FailureKind>(['unreachable', 'tls'])(
    'counts a connection that was never made (%s) against the endpoint alone',
    async (kind) => {
      const h = new StageHarness();
      await h.fail(kind, null);
      expect(h.circuits).toEqual({ default: 'closed 1/1', [`default/${MODEL}`]: 'closed 0/0' });
    },
  );

  it.each<FailureKind>(['rejected', 'throttled', 'unauthorized', 'forbidden', 'request-lost', 'conflict', 'spent'])(
    'does not hold against the model what is not its fault (%s)',
    async (kind) => {
      const h = new StageHarness();
      await h.fail(kind, 400, 20);
      expect(h.circuits).toEqual({ default: 'closed 0/20', [`default/${MODEL}`]: 'closed 0/0' });
    },
  );

  it('says nothing for a caller who left, but that the endpoint had answered', async () => {
    const h = new StageHarness();
    await h.attempt((attempt) => attempt.abandon(null));
    expect(h.circuits).toEqual({ default: 'closed 0/0', [`default/${MODEL}`]: 'closed 0/0' });
    await h.attempt((attempt) => {
      attempt.status = 200;
      attempt.abandon(null);
    });
    expect(h.circuits).toEqual({ default: 'closed 0/1', [`default/${MODEL}`]: 'closed 0/0' });
  });

  it('refuses before anything is sent, and names the circuit and the time', async () => {
    const h = new StageHarness();
    await h.fail('overloaded', 529, 5);
    let sent = false;
    await h.run(async () => {
      sent = true;
      return Promise.resolve(new Response());
    });
    expect(sent).toBe(false);
    expect(h.refusals).toHaveLength(1);
    expect(h.refusals[0]).toBeInstanceOf(CircuitOpenError);
    expect(h.refusals[0]).toMatchObject({ circuit: `default/${MODEL}`, retryAfterMs: 5_000, isolated: false });
  });

  it('refuses one model and lets another through', async () => {
    const h = new StageHarness();
    await h.fail('overloaded', 529, 5);
    await h.attempt(succeed, h.newCall('claude-sonnet-5-5'));
    expect(h.refusals).toEqual([]);
  });

  it('refuses every model at an endpoint that cannot be reached', async () => {
    const h = new StageHarness();
    await h.fail('unreachable', null, 5);
    await h.run(() => Promise.resolve(new Response()), h.newCall('claude-sonnet-5-5'));
    expect(h.refusals[0]).toMatchObject({ circuit: 'default', retryAfterMs: 5_000 });
  });

  it('says so when somebody isolated the circuit', async () => {
    const h = new StageHarness();
    h.registry.rollUp('default').isolate();
    await h.run(() => Promise.resolve(new Response()));
    expect(h.refusals[0]).toMatchObject({ circuit: 'default', isolated: true, retryAfterMs: undefined });
  });

  it('gives the endpoint its probe back when the model refuses', async () => {
    const h = new StageHarness();
    await h.fail('unreachable', null, 5);
    h.clock.advance(5_000);
    h.registry.pair('default', MODEL).isolate();
    await h.run(() => Promise.resolve(new Response()));
    expect(h.refusals[0]).toMatchObject({ circuit: `default/${MODEL}` });
    expect(h.registry.rollUp('default').snapshot()).toMatchObject({ state: 'half-open', permitsOut: 0 });
  });

  it('learns nothing when no attempt is made, and holds nothing', async () => {
    const h = new StageHarness();
    await h.fail('overloaded', 529, 5);
    h.clock.advance(5_000);
    await h.run(() => Promise.resolve(new Response()));
    await h.run(() => Promise.reject(new Error('A stage in between broke.')));
    expect(h.refusals).toEqual([new Error('A stage in between broke.')]);
    expect(h.registry.pair('default', MODEL).snapshot()).toMatchObject({ state: 'half-open', permitsOut: 0 });
  });

  it('does not take an earlier attempt of the call for its own', async () => {
    const h = new StageHarness();
    const call = h.newCall();
    await h.attempt(failWith('overloaded', 529), call);
    await h.run(() => Promise.reject(new Error('A stage in between broke.')), call);
    expect(h.circuits).toEqual({ default: 'closed 0/1', [`default/${MODEL}`]: 'closed 1/1' });
  });

  it('counts a stream at its end, whatever became of it', async () => {
    const h = new StageHarness();
    let broken: Attempt | undefined;
    await h.run((call) => {
      broken = call.beginAttempt();
      broken.markSent();
      broken.status = 200;
      return Promise.resolve(new Response());
    });
    expect(h.circuits).toEqual({ default: 'closed 0/0', [`default/${MODEL}`]: 'closed 0/0' });
    broken?.end(failure('stream-interrupted'));
    expect(h.circuits).toEqual({ default: 'closed 0/1', [`default/${MODEL}`]: 'closed 1/1' });
  });

  it('takes the beginning of a stream for the end of a probe', async () => {
    const h = new StageHarness();
    await h.fail('overloaded', 529, 5);
    h.clock.advance(5_000);
    const streams: Attempt[] = [];
    for (let i = 0; i < 2; i++) {
      await h.run((call) => {
        const attempt = call.beginAttempt();
        attempt.markSent();
        attempt.markSent();
        attempt.status = 200;
        streams.push(attempt);
        return Promise.resolve(new Response());
      });
    }
    expect(h.registry.pair('default', MODEL).snapshot().state).toBe('closed');
    for (const stream of streams) stream.end(failure('stream-interrupted'));
    expect(h.circuits).toEqual({ default: 'closed 0/7', [`default/${MODEL}`]: 'closed 0/0' });
  });

  it('waits for a probe as long as an attempt may take, and five seconds', async () => {
    const h = new StageHarness();
    await h.fail('overloaded', 529, 5);
    h.clock.advance(5_000);
    void h.run((call) => {
      call.beginAttempt();
      return new Promise(() => undefined);
    });
    const circuit = h.registry.pair('default', MODEL);
    h.clock.advance(ATTEMPT_MS + 4_999);
    expect(circuit.snapshot().permitsOut).toBe(1);
    h.clock.advance(1);
    expect(circuit.snapshot().permitsOut).toBe(0);
  });

  it('tells the attempt when its failure leaves the circuit open', async () => {
    const h = new StageHarness();
    expect((await h.fail('overloaded', 529, 4)).circuitOpen).toBe(false);
    expect((await h.fail('overloaded', 529)).circuitOpen).toBe(true);
    const unreachable = new StageHarness();
    expect((await unreachable.fail('unreachable', null, 5)).circuitOpen).toBe(true);
  });

  it('changes nothing in shadow mode', async () => {
    const h = new StageHarness({ mode: 'shadow' });
    expect((await h.fail('overloaded', 529, 8)).circuitOpen).toBe(false);
    expect(h.refusals).toEqual([]);
    expect(h.registry.pair('default', MODEL).snapshot()).toMatchObject({ state: 'open', shadowRefused: 3 });
  });
});

describe('a deadline', () => {
  const deadline = new DeadlineExceededError(1).code;

  const deadlineOf = (attempt: Attempt | undefined): void => attempt?.end(failure('deadline-passed', deadline));

  async function unansweredAfter(ms: number): Promise<StageHarness> {
    const h = new StageHarness();
    await h.run((call) => {
      const attempt = call.beginAttempt();
      attempt.markSent();
      h.clock.advance(ms);
      deadlineOf(attempt);
      return Promise.reject(new DeadlineExceededError(ms));
    });
    return h;
  }

  it('of the caller says nothing of the model', async () => {
    const h = await unansweredAfter(ATTEMPT_MS - 11);
    expect(h.circuits[`default/${MODEL}`]).toBe('closed 0/0');
  });

  it('that left an attempt all its time is held against the model', async () => {
    const h = await unansweredAfter(ATTEMPT_MS - 10);
    expect(h.circuits[`default/${MODEL}`]).toBe('closed 1/1');
  });

  it('that cuts off a long answer is no fault of the model, which had answered', async () => {
    const h = new StageHarness();
    const call = await h.run((each) => {
      const attempt = each.beginAttempt();
      attempt.markSent();
      attempt.status = 200;
      return Promise.resolve(new Response());
    });
    h.clock.advance(ATTEMPT_MS * 2);
    deadlineOf(call.attempt);
    expect(h.circuits).toEqual({ default: 'closed 0/1', [`default/${MODEL}`]: 'closed 0/1' });
  });

  it('before anything was sent says nothing of the model', async () => {
    const h = new StageHarness();
    await h.run((call) => {
      const attempt = call.beginAttempt();
      h.clock.advance(ATTEMPT_MS);
      deadlineOf(attempt);
      return Promise.reject(new DeadlineExceededError(1));
    });
    expect(h.circuits[`default/${MODEL}`]).toBe('closed 0/0');
  });
});

describe('slowness', () => {
  const SLOW: CircuitOptions = { slowCallDurationThresholdMs: 1_000 };
  const slowOf = (h: StageHarness): number => h.registry.pair('default', MODEL).snapshot().slow;

  it('of an answer that is no stream is measured to its end', async () => {
    const h = new StageHarness(SLOW);
    for (const ms of [1_000, 1_001]) {
      await h.attempt((attempt) => {
        h.clock.advance(ms);
        succeed(attempt);
      });
    }
    expect(slowOf(h)).toBe(1);
  });

  it('of a stream is measured to its beginning, from the beginning of its own attempt', async () => {
    const h = new StageHarness(SLOW);
    for (const ms of [1_000, 1_001]) {
      const call = h.newCall();
      h.clock.advance(10_000);
      await h.run((each) => {
        each.beginAttempt().status = 200;
        h.clock.advance(ms);
        return Promise.resolve(new Response());
      }, call);
      h.clock.advance(10_000);
      call.attempt?.end(null);
    }
    expect(slowOf(h)).toBe(1);
  });

  it('of the model is not held against the endpoint', async () => {
    const h = new StageHarness(SLOW);
    await h.attempt((attempt) => {
      h.clock.advance(5_000);
      succeed(attempt);
    });
    expect(h.registry.rollUp('default').snapshot().slow).toBe(0);
  });
});
