import { APIConnectionError, APIError, APIUserAbortError } from '@anthropic-ai/sdk';
import { InvalidOptionsError, ShuttingDownError } from '../errors/errors.js';
import { attachFailure, type CallFailure } from '../errors/call-failure.js';
import { CircuitOpenError } from '../errors/refusals.js';
import { ManualClock } from '../testing/clock/manual-clock.js';
import { CircuitBreakerService } from './circuit-breaker.service.js';
import { CIRCUIT_DEFAULTS, type CircuitOptions } from './circuit.options.js';
import { CircuitRegistry } from './circuit.registry.js';

interface Setup {
  readonly clock: ManualClock;
  readonly circuits: CircuitRegistry;
  readonly service: CircuitBreakerService;
}

/** What of the retry settings is looked at. */
interface Retrying {
  readonly maxAttempts: number;
  readonly fallbackModels: Readonly<Record<string, readonly string[]>>;
}

const NO_FALLBACKS: Retrying = { maxAttempts: 3, fallbackModels: {} };

function setUp(options: CircuitOptions = {}, retry: Retrying = NO_FALLBACKS): Setup {
  const clock = new ManualClock();
  const circuits = new CircuitRegistry({ ...CIRCUIT_DEFAULTS, ...options }, clock, () => 0.5);
  const service = new CircuitBreakerService({ circuits, clock, settings: { timeouts: { attemptMs: 30_000 }, retry } });
  return { clock, circuits, service };
}

const NO_ATTEMPTS: CallFailure = {
  callId: 'call_1',
  requestId: null,
  attempts: [],
  retryAfterMs: undefined,
  retryBudgetExhausted: false,
  partial: null,
};

const broken = (): Promise<never> => Promise.reject(new Error('Connection lost.'));
const fine = (): Promise<string> => Promise.resolve('fine');

async function fail({ service }: Setup, times = 5, error: unknown = new Error('Connection lost.')): Promise<void> {
  for (let i = 0; i < times; i++) await service.execute('work', () => Promise.reject(error)).catch(() => undefined);
}

describe('CircuitBreakerService.refusal with fallback models', () => {
  const retry = { maxAttempts: 3, fallbackModels: { big: ['small'] } };

  it('is none while a fallback would take over', () => {
    const { service } = setUp({}, retry);
    service.controller('default/big').isolate();
    service.controller('default/small').close();
    expect(service.refusal('big')).toBeNull();
    service.controller('default/small').isolate();
    expect(service.refusal('big')).toMatchObject({ code: 'circuit_open' });
    expect(service.refusal('small')).toMatchObject({ circuit: 'default/small' });
  });

  it('does not count on fallbacks where there is no second attempt', () => {
    const { service } = setUp({}, { ...retry, maxAttempts: 1 });
    service.controller('default/big').isolate();
    expect(service.refusal('big')).toMatchObject({ circuit: 'default/big' });
  });

  it('is that of the whole endpoint, whatever the models', () => {
    const { service } = setUp({}, retry);
    service.controller('default').isolate();
    expect(service.refusal('big')).toMatchObject({ circuit: 'default' });
  });
});

describe('CircuitBreakerService.execute', () => {
  it('hands on what the work gives, or throws', async () => {
    const { service } = setUp();
    expect(await service.execute('work', fine)).toBe('fine');
    await expect(service.execute('work', broken)).rejects.toThrow('Connection lost.');
    expect(service.circuit('own:work').snapshot()).toMatchObject({ calls: 2, failures: 1 });
  });

  it('does not begin the work while the circuit is open', async () => {
    const setup = setUp();
    await fail(setup);
    let begun = false;
    const refused = setup.service.execute('work', () => {
      begun = true;
      return fine();
    });
    await expect(refused).rejects.toThrow(CircuitOpenError);
    await expect(refused).rejects.toMatchObject({ circuit: 'own:work', retryAfterMs: 5_000 });
    expect(begun).toBe(false);
    expect(await setup.service.execute('other', fine)).toBe('fine');
  });

  it('lets work through again after two probes succeeded', async () => {
    const setup = setUp();
    await fail(setup);
    setup.clock.advance(5_000);
    await setup.service.execute('work', fine);
    expect(setup.service.circuit('own:work').state).toBe('half-open');
    await setup.service.execute('work', fine);
    expect(setup.service.circuit('own:work').state).toBe('closed');
  });

  const neutral: readonly (readonly [string, unknown])[] = [
    ['a 400 of the API', APIError.generate(400, undefined, 'bad', new Headers())],
    ['a 429 of the API', APIError.generate(429, undefined, 'slow down', new Headers())],
    ['an abort of the SDK', new APIUserAbortError()],
    ['an abort', new DOMException('Gone.', 'AbortError')],
    ['a refusal of ours', new ShuttingDownError('No more.')],
  ];

  it.each(neutral)('does not hold %s against the work', async (_, error) => {
    const setup = setUp();
    await fail(setup, 20, error);
    expect(setup.service.circuit('own:work').snapshot()).toMatchObject({ calls: 0, state: 'closed' });
  });

  const failures: readonly (readonly [string, unknown])[] = [
    ['a 529 of the API', APIError.generate(529, undefined, 'busy', new Headers())],
    ['a lost connection of the SDK', new APIConnectionError({ message: 'lost' })],
    ['an error nobody knows', new TypeError('undefined is not a function')],
    ['a database error', Object.assign(new Error('no such table'), { code: 'P2021' })],
    ['what is no error at all', 'oops'],
  ];

  it.each(failures)('holds %s against the work', async (_, error) => {
    const setup = setUp();
    await fail(setup, 1, error);
    expect(setup.service.circuit('own:work').snapshot()).toMatchObject({ calls: 1, failures: 1 });
  });

  it('lets the caller judge, and returns the place when that fails', async () => {
    const { clock, service } = setUp({ consecutiveFailures: 1 });
    const isFailure = (error: unknown): boolean => error instanceof RangeError;
    await expect(service.execute('work', broken, { isFailure })).rejects.toThrow('Connection lost.');
    expect(service.circuit('own:work').snapshot().calls).toBe(0);
    const outOfRange = (): Promise<never> => Promise.reject(new RangeError('Too far.'));
    await expect(service.execute('work', outOfRange, { isFailure })).rejects.toThrow('Too far.');
    expect(service.circuit('own:work').state).toBe('open');
    clock.advance(5_000);
    const judgeBreaks = service.execute('work', broken, {
      isFailure: () => {
        throw new Error('The judge broke.');
      },
    });
    // A judgement that fails is no excuse, and must not hide what it was to judge.
    await expect(judgeBreaks).rejects.toThrow('Connection lost.');
    expect(service.circuit('own:work').snapshot()).toMatchObject({ state: 'open', permitsOut: 0 });
  });

  it('takes whatever the work throws after its caller left for the abort, unless time ran out', async () => {
    const { service } = setUp({ consecutiveFailures: 1 });
    const canceled = new Error('canceled');
    const aborted = new AbortController();
    const work = (): Promise<never> => {
      aborted.abort();
      return Promise.reject(canceled);
    };
    await expect(service.execute('work', work, { signal: aborted.signal })).rejects.toBe(canceled);
    expect(service.circuit('own:work').snapshot().calls).toBe(0);
    const late = new AbortController();
    const hangs = (): Promise<never> => {
      late.abort(new DOMException('x', 'TimeoutError'));
      return Promise.reject(canceled);
    };
    await expect(service.execute('work', hangs, { signal: late.signal })).rejects.toBe(canceled);
    expect(service.circuit('own:work').state).toBe('open');
  });

  it('takes an error of another SDK for the work’s own, whatever its shape', async () => {
    const { service } = setUp({ consecutiveFailures: 1 });
    const foreign = Object.assign(new Error('x'), { status: 429, requestID: 'x', error: {}, headers: new Headers() });
    await expect(service.execute('work', () => Promise.reject(foreign))).rejects.toBe(foreign);
    expect(service.circuit('own:work').state).toBe('open');
  });

  it('takes an error that the work wraps a failed call in for the work’s own', async () => {
    const setup = setUp();
    const overloaded = APIError.generate(529, undefined, 'busy', new Headers());
    attachFailure(overloaded, { callFailure: () => NO_ATTEMPTS });
    await fail(setup, 1, new Error('The summary could not be made.', { cause: overloaded }));
    expect(setup.service.circuit('own:work').snapshot()).toMatchObject({ calls: 1, failures: 1 });
  });

  it.each([0, -1, NaN, Infinity])('refuses a lease of %d ms, and begins nothing', async (leaseMs) => {
    const { service } = setUp();
    const refused = service.execute('work', fine, { leaseMs });
    await expect(refused).rejects.toThrow(InvalidOptionsError);
    await expect(refused).rejects.toThrow('`leaseMs` of execute() must be a number of milliseconds above 0');
    expect(service.snapshot()).toEqual([]);
  });

  it('gives a probe’s place back where what came of it says nothing', async () => {
    const setup = setUp();
    await fail(setup);
    setup.clock.advance(5_000);
    await fail(setup, 3, APIError.generate(400, undefined, 'bad', new Headers()));
    expect(setup.service.circuit('own:work').snapshot()).toMatchObject({ state: 'half-open', permitsOut: 0 });
  });

  it('hands the signal to the work, and holds its abort against nobody', async () => {
    const { service } = setUp();
    const controller = new AbortController();
    const reason = new Error('The user left.');
    const running = service.execute(
      'work',
      (signal) =>
        new Promise((_, reject) => {
          signal?.addEventListener('abort', () => reject(reason));
        }),
      { signal: controller.signal },
    );
    controller.abort(reason);
    await expect(running).rejects.toBe(reason);
    expect(service.circuit('own:work').snapshot().calls).toBe(0);
  });

  it('begins nothing for a signal that has aborted, and takes no place', async () => {
    const setup = setUp();
    await fail(setup);
    setup.clock.advance(5_000);
    const aborted = setup.service.execute('work', fine, { signal: AbortSignal.abort(new Error('Left before.')) });
    await expect(aborted).rejects.toThrow('Left before.');
    expect(setup.service.circuit('own:work').snapshot().permitsOut).toBe(0);
  });

  it('returns the place of work that throws before it gives a promise', async () => {
    const setup = setUp();
    await fail(setup);
    setup.clock.advance(5_000);
    const throwing = setup.service.execute('work', () => {
      throw new Error('Thrown at once.');
    });
    await expect(throwing).rejects.toThrow('Thrown at once.');
    expect(setup.service.circuit('own:work').snapshot()).toMatchObject({ state: 'open', openings: 2 });
  });

  it('waits for a probe as long as it is told, else five seconds longer than an attempt may take', async () => {
    const setup = setUp();
    const never = (): Promise<never> => new Promise(() => undefined);
    const permitsOut = (): number => setup.service.circuit('own:work').snapshot().permitsOut;
    await fail(setup);
    setup.clock.advance(5_000);
    void setup.service.execute('work', never, { leaseMs: 1_000 });
    expect(permitsOut()).toBe(1);
    setup.clock.advance(1_000);
    expect(permitsOut()).toBe(0);
    void setup.service.execute('work', never);
    setup.clock.advance(34_999);
    expect(permitsOut()).toBe(1);
    setup.clock.advance(1);
    expect(permitsOut()).toBe(0);
  });

  it('measures how long the work took', async () => {
    const { clock, service } = setUp({ slowCallDurationThresholdMs: 1_000 });
    for (const ms of [1_000, 1_001]) {
      await service.execute('work', () => {
        clock.advance(ms);
        return fine();
      });
    }
    expect(service.circuit('own:work').snapshot()).toMatchObject({ calls: 2, slow: 1 });
  });
});

describe('CircuitBreakerService', () => {
  it('shows all circuits', async () => {
    const { circuits, service } = setUp();
    circuits.pair('default', 'a');
    await service.execute('work', fine);
    expect(service.snapshot().map(({ circuit }) => circuit)).toEqual(['default', 'default/a', 'own:work']);
  });

  it('looks at a circuit without making it', () => {
    const { service } = setUp();
    const reader = service.circuit('default/claude-haiku-5-5');
    expect(reader.key).toEqual({ endpoint: 'default', model: 'claude-haiku-5-5' });
    expect(reader.state).toBe('closed');
    expect(reader.refusal()).toBeNull();
    expect(service.snapshot()).toEqual([]);
  });

  it('has a hand on a circuit by its name or its key, even before its first call', () => {
    const { service } = setUp();
    const reader = service.circuit({ endpoint: 'default', model: 'a' });
    service.controller('default/a').isolate();
    expect(reader.state).toBe('isolated');
    expect(reader.refusal()).toEqual({ retryAfterMs: undefined, isolated: true });
    service.controller({ endpoint: 'default', model: 'a' }).close();
    expect(reader.state).toBe('closed');
    service.controller('default/a').isolate();
    service.controller('default/a').reset();
    expect(reader.state).toBe('closed');
  });

  it('tells what happens', async () => {
    const setup = setUp();
    const heard: string[] = [];
    setup.service.events.subscribe(({ circuit, type }) => heard.push(`${circuit} ${type}`));
    await fail(setup, 6);
    expect(heard).toEqual(['own:work opened', 'own:work refused']);
  });
});

describe('CircuitBreakerService.refusal', () => {
  const isolate = ({ service }: Setup, ...names: string[]): void => {
    for (const name of names) service.controller(name).isolate();
  };

  it('is null where nobody has called yet', () => {
    const { service } = setUp();
    expect(service.refusal()).toBeNull();
    expect(service.refusal('a')).toBeNull();
  });

  it('holds for every model while the endpoint as a whole refuses', () => {
    const setup = setUp();
    isolate(setup, 'default');
    expect(setup.service.refusal()).toMatchObject({ circuit: 'default', isolated: true });
    expect(setup.service.refusal('a')).toMatchObject({ circuit: 'default' });
    expect(setup.service.refusal('a', 'other')).toBeNull();
  });

  it('holds for one model while that refuses', () => {
    const setup = setUp();
    isolate(setup, 'default/a');
    expect(setup.service.refusal('a')).toMatchObject({ circuit: 'default/a' });
    expect(setup.service.refusal('b')).toBeNull();
  });

  it('without a model holds while every one that was asked for refuses', () => {
    const setup = setUp();
    setup.circuits.pair('default', null);
    setup.circuits.pair('default', 'b').tryAcquire(1)?.result('success');
    // Whoever invents a model makes a circuit that has heard of no call.
    setup.circuits.pair('default', 'invented');
    isolate(setup, 'default/a');
    expect(setup.service.refusal()).toBeNull();
    isolate(setup, 'default/b');
    expect(setup.service.refusal()).toMatchObject({ code: 'circuit_open', isolated: true });
  });

  it('without a model counts on one that has only just recovered', () => {
    const setup = setUp();
    for (const model of ['a', 'b']) {
      for (let i = 0; i < 5; i++) setup.circuits.pair('default', model).tryAcquire(1)?.result('failure');
    }
    setup.clock.advance(5_000);
    for (let i = 0; i < 2; i++) setup.circuits.pair('default', 'a').tryAcquire(1)?.result('success');
    setup.circuits.pair('default', 'b').tryAcquire(1)?.result('failure');
    expect(setup.service.refusal()).toBeNull();
    setup.service.controller('default/b').isolate();
    setup.clock.advance(60_000);
    expect(setup.service.refusal()).toMatchObject({ circuit: 'default/b' });
  });

  it('without a model names the one that may be back first', () => {
    const setup = setUp();
    isolate(setup, 'default/a');
    for (const [model, openMs] of [
      ['b', 3_000],
      ['c', 1_000],
    ] as const) {
      for (let i = 0; i < 5; i++) setup.circuits.pair('default', model).tryAcquire(1)?.result('failure');
      setup.clock.advance(openMs);
    }
    expect(setup.service.refusal()).toMatchObject({ circuit: 'default/b', retryAfterMs: 1_000, isolated: false });
  });

  it('takes no probe', async () => {
    const setup = setUp();
    for (let i = 0; i < 5; i++) setup.circuits.pair('default', 'a').tryAcquire(1)?.result('failure');
    setup.clock.advance(5_000);
    expect(setup.service.refusal('a')).toBeNull();
    expect(setup.service.refusal('a')).toBeNull();
    expect(setup.service.circuit('default/a').snapshot()).toMatchObject({ permitsOut: 0, refused: 0 });
  });
});
