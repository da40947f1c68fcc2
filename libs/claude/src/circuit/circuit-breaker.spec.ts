import { CircuitHarness, LEASE_MS, times } from './spec-support/circuit-harness.js';

describe('a closed circuit', () => {
  it('opens when half of at least ten calls in the window failed', () => {
    const h = new CircuitHarness();
    h.call('failure', 'failure', 'failure', 'failure', ...times(5, 'success'));
    expect(h.state).toBe('closed');
    h.call('failure');
    expect(h.state).toBe('open');
    expect(h.events).toMatchObject([{ type: 'opened', reason: 'failure-rate' }]);
  });

  it('is not fooled by a success now and then', () => {
    const h = new CircuitHarness();
    h.call(...times(4, 'failure'), 'success', ...times(4, 'failure'));
    expect(h.state).toBe('closed');
    h.call('success');
    expect(h.circuit.snapshot()).toMatchObject({ state: 'open', lastOpenedReason: 'failure-rate' });
  });

  it('opens at exactly the threshold, not below it', () => {
    const h = new CircuitHarness({ failureRateThreshold: 0.3, consecutiveFailures: 100 });
    h.call(...times(8, 'success'), ...times(2, 'failure'));
    expect(h.state).toBe('closed');
    const exact = new CircuitHarness({ failureRateThreshold: 0.3, consecutiveFailures: 100 });
    exact.call(...times(7, 'success'), ...times(3, 'failure'));
    expect(exact.state).toBe('open');
  });

  it('opens after five failures in a row, however few calls there were', () => {
    const h = new CircuitHarness();
    h.call(...times(4, 'failure'));
    expect(h.state).toBe('closed');
    h.call('failure');
    expect(h.circuit.snapshot()).toMatchObject({ state: 'open', lastOpenedReason: 'consecutive-failures' });
  });

  it('begins the run anew with each success', () => {
    const h = new CircuitHarness({ minimumNumberOfCalls: 1_000 });
    for (let i = 0; i < 20; i++) h.call(...times(4, 'failure'), 'success');
    expect(h.state).toBe('closed');
  });

  it('counts no neutral result, and lets none break a run', () => {
    const h = new CircuitHarness();
    h.call(...times(100, 'neutral'));
    expect(h.circuit.snapshot()).toMatchObject({ calls: 0, failures: 0, state: 'closed' });
    h.call('failure', 'neutral', 'failure', 'neutral', 'failure', 'neutral', 'failure', 'neutral');
    expect(h.circuit.snapshot()).toMatchObject({ calls: 4, consecutiveFailures: 4 });
    h.call('failure');
    expect(h.state).toBe('open');
  });

  it('forgets in an idle gap, a run of failures too', () => {
    const h = new CircuitHarness();
    h.call(...times(4, 'failure'));
    h.clock.advance(60_000);
    expect(h.circuit.snapshot()).toMatchObject({ calls: 0, consecutiveFailures: 0 });
    h.call(...times(4, 'failure'));
    expect(h.state).toBe('closed');
    expect(h.circuit.snapshot().consecutiveFailures).toBe(4);
  });

  it('keeps a run of failures that come seldom, as long as the window holds one of them', () => {
    const h = new CircuitHarness();
    for (let i = 0; i < 5; i++) {
      h.call('failure');
      h.clock.advance(50_000);
    }
    expect(h.told).toEqual(['opened']);
  });

  it('opens when most calls are slow, successes included', () => {
    const h = new CircuitHarness({ slowCallDurationThresholdMs: 30_000 });
    h.call('success', 'success');
    for (let i = 0; i < 7; i++) h.acquire().result('success', true);
    expect(h.state).toBe('closed');
    h.acquire().result('success', true);
    expect(h.circuit.snapshot()).toMatchObject({ state: 'open', slow: 8, lastOpenedReason: 'slow-calls' });
  });

  it('knows what slow is only when told', () => {
    expect(new CircuitHarness().circuit.isSlow(1e9)).toBe(false);
    const { circuit } = new CircuitHarness({ slowCallDurationThresholdMs: 100 });
    expect([100, 101].map((ms) => circuit.isSlow(ms))).toEqual([false, true]);
  });

  it('takes one result of a ticket', () => {
    const h = new CircuitHarness();
    const ticket = h.acquire();
    for (let i = 0; i < 10; i++) ticket.result('failure');
    expect(h.circuit.snapshot()).toMatchObject({ calls: 1, failures: 1, state: 'closed' });
  });
});

describe('an open circuit', () => {
  it('refuses until its time is over, and says how long that is', () => {
    const h = new CircuitHarness();
    h.open();
    expect(h.circuit.tryAcquire(LEASE_MS)).toBeNull();
    expect(h.circuit.refusal()).toEqual({ retryAfterMs: 5_000, isolated: false });
    h.clock.advance(4_999);
    expect(h.circuit.tryAcquire(LEASE_MS)).toBeNull();
    expect(h.circuit.refusal()).toEqual({ retryAfterMs: 1, isolated: false });
    h.clock.advance(1);
    expect(h.circuit.refusal()).toBeNull();
    expect(h.acquire().isProbe).toBe(true);
    expect(h.circuit.snapshot().refused).toBe(2);
  });

  it('says what will happen next without doing it', () => {
    const h = new CircuitHarness();
    h.open();
    expect(h.circuit.snapshot()).toMatchObject({ state: 'open', openForMs: 5_000, retryAfterMs: 5_000, openings: 1 });
    h.clock.advance(5_000);
    expect(h.circuit.snapshot()).toMatchObject({ state: 'half-open', openForMs: null, retryAfterMs: null });
    expect(h.told).toEqual(['opened']);
  });

  it('is not kept open by results that come late', () => {
    const h = new CircuitHarness();
    const late = times(20, 'failure').map(() => h.acquire());
    h.open();
    h.clock.advance(4_000);
    for (const ticket of late) ticket.result('failure');
    expect(h.circuit.refusal()).toEqual({ retryAfterMs: 1_000, isolated: false });
    expect(h.told).toEqual(['opened']);
  });

  it.each([
    [0, 4_000],
    [0.25, 4_500],
    [0.999_999_999, 6_000],
  ])('spreads its time by a fifth either way (%d)', (random, openForMs) => {
    const h = new CircuitHarness({}, () => random);
    h.open();
    expect(h.circuit.snapshot().openForMs).toBeCloseTo(openForMs, 3);
  });

  it('stays open twice as long each time, up to the cap', () => {
    const h = new CircuitHarness();
    h.toProbing();
    for (let i = 0; i < 7; i++) {
      h.call('failure');
      h.clock.advance(h.circuit.refusal()?.retryAfterMs ?? 0);
    }
    const openTimes = h.events.flatMap((event) => (event.type === 'opened' ? [event.openForMs] : []));
    expect(openTimes).toEqual([5_000, 10_000, 20_000, 40_000, 80_000, 120_000, 120_000, 120_000]);
  });

  it('goes on doubling after a close that did not last, and starts again after a healthy time', () => {
    const h = new CircuitHarness();
    h.toProbing();
    h.call('success', 'success');
    h.clock.advance(299_999);
    h.open();
    expect(h.circuit.snapshot()).toMatchObject({ openings: 2, openForMs: 10_000 });
    h.clock.advance(10_000);
    h.call('success', 'success');
    h.clock.advance(300_000);
    expect(h.circuit.snapshot().openings).toBe(0);
    h.open();
    expect(h.circuit.snapshot()).toMatchObject({ openings: 1, openForMs: 5_000 });
  });

  it('does not take a long time without calls for health', () => {
    const h = new CircuitHarness();
    h.toProbing();
    h.clock.advance(3_600_000);
    h.call('failure');
    expect(h.circuit.snapshot()).toMatchObject({ openings: 2, openForMs: 10_000 });
  });
});

describe('a half-open circuit', () => {
  it('lets one probe through at a time', () => {
    const h = new CircuitHarness();
    h.toProbing();
    const probe = h.acquire();
    expect(h.circuit.snapshot()).toMatchObject({ state: 'half-open', permitsOut: 1 });
    expect(h.circuit.tryAcquire(LEASE_MS)).toBeNull();
    expect(h.circuit.refusal()).toEqual({ retryAfterMs: 1_000, isolated: false });
    probe.result('success');
    expect(h.circuit.snapshot().permitsOut).toBe(0);
    expect(h.acquire().isProbe).toBe(true);
  });

  it('lets as many through as are permitted', () => {
    const h = new CircuitHarness({ permittedCallsInHalfOpen: 3, successesToClose: 3 });
    h.toProbing();
    const probes = times(3, 'success').map(() => h.acquire());
    expect(h.circuit.tryAcquire(LEASE_MS)).toBeNull();
    expect(h.circuit.snapshot().permitsOut).toBe(3);
    for (const probe of probes) probe.result('success');
    expect(h.state).toBe('closed');
  });

  it('closes after two successes, never by letting calls through', () => {
    const h = new CircuitHarness({ permittedCallsInHalfOpen: 5 });
    h.toProbing();
    const [first, second] = times(5, 'success').map(() => h.acquire());
    expect(h.state).toBe('half-open');
    first?.result('success');
    expect(h.state).toBe('half-open');
    second?.result('success');
    expect(h.state).toBe('closed');
    expect(h.told).toEqual(['opened', 'half-opened', 'closed']);
  });

  it('opens again at the first failure', () => {
    const h = new CircuitHarness();
    h.toProbing();
    h.call('success', 'failure');
    expect(h.state).toBe('open');
    expect(h.events.at(-1)).toMatchObject({ type: 'opened', reason: 'probe-failed', openForMs: 10_000 });
  });

  it('opens again at a slow probe', () => {
    const h = new CircuitHarness();
    h.toProbing();
    h.acquire().result('success', true);
    expect(h.circuit.snapshot()).toMatchObject({ state: 'open', lastOpenedReason: 'slow-calls' });
  });

  it('learns nothing from a neutral result, and has its place back', () => {
    const h = new CircuitHarness();
    h.toProbing();
    h.call(...times(20, 'neutral'), 'success', ...times(20, 'neutral'));
    expect(h.circuit.snapshot()).toMatchObject({ state: 'half-open', permitsOut: 0 });
    h.call('success');
    expect(h.state).toBe('closed');
  });

  it('gives the place of a probe that never ends to the next, and takes no word from it', () => {
    const h = new CircuitHarness();
    h.toProbing();
    const lost = h.acquire(30_000);
    h.clock.advance(29_500);
    expect(h.circuit.refusal()).toEqual({ retryAfterMs: 500, isolated: false });
    expect(h.circuit.tryAcquire(30_000)).toBeNull();
    h.clock.advance(500);
    expect(h.circuit.refusal()).toBeNull();
    expect(h.circuit.snapshot().permitsOut).toBe(0);
    const next = h.acquire(30_000);
    lost.result('failure');
    expect(h.circuit.snapshot()).toMatchObject({ state: 'half-open', permitsOut: 1 });
    next.result('success');
    expect(h.circuit.snapshot().permitsOut).toBe(0);
  });

  it('takes no word from a probe whose lease is over, even before its place is given away', () => {
    const h = new CircuitHarness();
    h.toProbing();
    const late = h.acquire(1_000);
    h.clock.advance(1_000);
    late.result('failure');
    expect(h.circuit.snapshot()).toMatchObject({ state: 'half-open', permitsOut: 0 });
  });

  it('ignores calls from before it opened, and probes of an earlier turn', () => {
    const h = new CircuitHarness({ permittedCallsInHalfOpen: 2 });
    const fromBefore = h.acquire();
    h.toProbing();
    const [failing, lingering] = [h.acquire(), h.acquire()];
    fromBefore.result('failure');
    expect(h.state).toBe('half-open');
    failing.result('failure');
    h.clock.advance(10_000);
    h.call('success');
    lingering.result('success');
    expect(h.state).toBe('half-open');
    h.call('success');
    expect(h.state).toBe('closed');
  });

  it('forgets what was counted before when it closes', () => {
    const h = new CircuitHarness();
    h.toProbing();
    h.call('success', 'success');
    expect(h.circuit.snapshot()).toMatchObject({ calls: 0, failures: 0, failureRate: 0, consecutiveFailures: 0 });
    h.call(...times(5, 'success'), ...times(4, 'failure'));
    expect(h.state).toBe('closed');
  });
});

describe('a hand on a circuit', () => {
  it('isolates it until it is closed by hand, whatever time does', () => {
    const h = new CircuitHarness();
    const running = h.acquire();
    h.circuit.isolate();
    h.circuit.isolate();
    h.clock.advance(3_600_000);
    running.result('success');
    expect(h.circuit.tryAcquire(LEASE_MS)).toBeNull();
    expect(h.circuit.refusal()).toEqual({ retryAfterMs: undefined, isolated: true });
    expect(h.circuit.snapshot()).toMatchObject({ state: 'isolated', retryAfterMs: null });
    h.circuit.close();
    expect(h.circuit.refusal()).toBeNull();
    expect(h.told).toEqual(['isolated', 'refused', 'closed']);
  });

  it('closes an open one, which then opens for as long as it would have', () => {
    const h = new CircuitHarness();
    h.open();
    h.circuit.close();
    h.circuit.close();
    expect(h.circuit.snapshot()).toMatchObject({ state: 'closed', calls: 0, openings: 1 });
    h.open();
    expect(h.circuit.snapshot().openForMs).toBe(10_000);
    expect(h.told).toEqual(['opened', 'closed', 'opened']);
  });

  it('makes it as new', () => {
    const h = new CircuitHarness();
    h.open();
    h.circuit.reset();
    expect(h.circuit.snapshot()).toMatchObject({ state: 'closed', openings: 0, calls: 0, lastOpenedReason: null });
    h.open();
    expect(h.circuit.snapshot().openForMs).toBe(5_000);
    expect(h.told).toEqual(['opened', 'reset', 'opened']);
  });

  it('forgets the window of a closed one, and the calls under way', () => {
    const h = new CircuitHarness();
    h.call(...times(4, 'failure'));
    const running = h.acquire();
    h.circuit.reset();
    running.result('failure');
    expect(h.circuit.snapshot()).toMatchObject({ calls: 0, consecutiveFailures: 0 });
  });

  it('may act from within an event', () => {
    const h = new CircuitHarness();
    h.events.push = (event): number => {
      if (event.type === 'opened') h.circuit.reset();
      return 0;
    };
    h.call(...times(12, 'failure'));
    expect(h.circuit.snapshot()).toMatchObject({ state: 'closed', openings: 0, calls: 2 });
  });
});

describe('a circuit in shadow mode', () => {
  it('decides, counts and reports, and lets every call through', () => {
    const h = new CircuitHarness({ mode: 'shadow' });
    h.call(...times(5, 'failure'));
    expect(h.state).toBe('open');
    expect(h.circuit.refusal()).toBeNull();
    const through = h.acquire();
    expect(through.isProbe).toBe(false);
    through.result('failure');
    expect(h.circuit.snapshot()).toMatchObject({ refused: 0, shadowRefused: 1, retryAfterMs: 5_000 });
    expect(h.events.at(-1)).toMatchObject({ type: 'refused', shadow: true });
  });

  it('closes by its probes alone', () => {
    const h = new CircuitHarness({ mode: 'shadow' });
    h.call(...times(5, 'failure'));
    h.clock.advance(5_000);
    const probe = h.acquire();
    expect(probe.isProbe).toBe(true);
    h.call('success', 'success', 'failure');
    expect(h.circuit.snapshot()).toMatchObject({ state: 'half-open', shadowRefused: 3 });
    probe.result('success');
    h.call('success');
    expect(h.state).toBe('closed');
  });

  it('lets calls through even while isolated', () => {
    const h = new CircuitHarness({ mode: 'shadow' });
    h.circuit.isolate();
    h.call('success');
    expect(h.circuit.snapshot()).toMatchObject({ state: 'isolated', shadowRefused: 1 });
  });
});

describe('what a circuit tells', () => {
  it('names the circuit, and the time as people know it', () => {
    const h = new CircuitHarness();
    h.clock.advance(1_234);
    h.open();
    expect(h.events).toEqual([
      {
        type: 'opened',
        circuit: 'own:test',
        key: { own: 'test' },
        atMs: h.clock.wall(),
        reason: 'consecutive-failures',
        openForMs: 5_000,
      },
    ]);
  });

  it('is frozen plain data', () => {
    const snapshot = new CircuitHarness().circuit.snapshot();
    expect(Object.isFrozen(snapshot)).toBe(true);
    expect(structuredClone(snapshot)).toEqual(snapshot);
  });

  it('does not mind a wall clock that jumps', () => {
    const h = new CircuitHarness();
    h.clock.wall = () => Date.UTC(2026, 0, 1) - 3_600_000;
    h.open();
    h.clock.wall = () => Date.UTC(2026, 0, 1) + 3_600_000;
    expect(h.circuit.refusal()).toEqual({ retryAfterMs: 5_000, isolated: false });
    h.clock.advance(5_000);
    expect(h.acquire().isProbe).toBe(true);
  });

  it('holds no timer', () => {
    const h = new CircuitHarness();
    h.toProbing();
    h.acquire();
    expect(h.clock.pendingTimers).toBe(0);
  });
});
