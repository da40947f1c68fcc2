import fc from 'fast-check';
import { classifyError } from '../errors/classify.js';
import { meaningOf, type FailureKind } from '../errors/failure-meaning.js';
import { jitteredHintMs } from '../call/retry-after.js';
import { fullJitterMs } from './backoff.js';
import { retryAfterMs } from '../call/retry-after.js';
import { RETRY_DEFAULTS } from './retry.options.js';
import { costOf, nextStep, type NextStep, type RetryState } from './retry.policy.js';

const STATE: RetryState = {
  attempt: 1,
  maxAttempts: 3,
  leftMs: 600_000,
  conflicts: 0,
  creates: false,
  waitIsKept: false,
  circuitOpen: false,
  hasOther: false,
  fallbackModel: null,
};

interface Given extends Partial<RetryState> {
  readonly hintMs?: number | null;
  readonly random?: number;
}

function step(kind: FailureKind, { hintMs = null, random = 0.5, ...state }: Given = {}): NextStep {
  return nextStep({ meaning: meaningOf(kind), hintMs }, { ...STATE, ...state }, RETRY_DEFAULTS, () => random);
}

/** The wait before the next attempt; `null` when there is none. */
function delay(kind: FailureKind, given?: Given): number | null {
  const next = step(kind, given);
  return next.kind === 'wait' ? next.delayMs : null;
}

describe('retry policy', () => {
  it.each([408, 409, 429, 500, 502, 503, 504, 520, 529])('repeats a %i', (status) => {
    expect(delay(classifyError(null, { status }).kind)).not.toBeNull();
  });

  it.each([400, 401, 402, 403, 404, 412, 413, 422, 431, 499, 501])('never repeats a %i', (status) => {
    expect(delay(classifyError(null, { status }).kind)).toBeNull();
  });

  it.each(['unreachable', 'disconnected', 'no-answer', 'malformed', 'stream-stalled'] as const)(
    'repeats what got no proper answer: %s',
    (kind) => {
      expect(delay(kind)).not.toBeNull();
    },
  );

  it.each(['spent', 'tls', 'aborted', 'deadline-passed', 'stream-interrupted', 'unexpected'] as const)(
    'never repeats what another attempt would not help: %s',
    (kind) => {
      expect(step(kind, { fallbackModel: 'other' })).toEqual({ kind: 'give-up' });
    },
  );

  it.each([
    'server-error',
    'overloaded',
    'throttled',
    'spent',
    'unauthorized',
    'forbidden',
    'unreachable',
    'tls',
  ] as const)('goes to another endpoint at once, if there is one: %s', (kind) => {
    expect(step(kind, { hasOther: true, fallbackModel: 'other', hintMs: 5_000 })).toEqual({ kind: 'move' });
  });

  it.each(['rejected', 'conflict', 'aborted', 'stream-interrupted', 'over-budget'] as const)(
    'takes nothing elsewhere that another endpoint would not help: %s',
    (kind) => {
      expect(step(kind, { hasOther: true }).kind).not.toBe('move');
    },
  );

  it('goes nowhere with a creation that may have happened', () => {
    expect(step('disconnected', { hasOther: true, creates: true })).toEqual({ kind: 'give-up' });
    expect(step('unavailable', { hasOther: true, creates: true })).toEqual({ kind: 'move' });
  });

  it('repeats a conflict once', () => {
    expect(delay('conflict')).not.toBeNull();
    expect(delay('conflict', { attempt: 2, conflicts: 1 })).toBeNull();
  });

  it('does not repeat what may have created something', () => {
    expect(delay('disconnected', { creates: true })).toBeNull();
    expect(delay('throttled', { creates: true })).not.toBeNull();
    expect(delay('unreachable', { creates: true })).not.toBeNull();
  });

  it('does not wait for a circuit that is open', () => {
    expect(delay('server-error', { circuitOpen: true })).toBeNull();
  });

  it('gives no wait after the last attempt', () => {
    expect(delay('server-error', { attempt: 3 })).toBeNull();
    expect(delay('server-error', { attempt: 1, maxAttempts: 1 })).toBeNull();
    expect(step('overloaded', { attempt: 3, fallbackModel: 'other' })).toEqual({ kind: 'give-up' });
  });

  it('fails now when the server asks for more than the cap, or more than is left', () => {
    expect(delay('throttled', { hintMs: 75_001 })).toBeNull();
    expect(delay('throttled', { hintMs: 20_000, leftMs: 20_000 })).toBeNull();
    expect(delay('throttled', { hintMs: 60_000 })).not.toBeNull();
  });

  it('waits longer for an overloaded API than for a broken one', () => {
    expect(delay('overloaded', { attempt: 2, random: 0.999 })).toBeCloseTo(1_998);
    expect(delay('throttled', { attempt: 2, random: 0.999 })).toBeCloseTo(1_998);
    expect(delay('server-error', { attempt: 2, random: 0.999 })).toBeCloseTo(999);
  });

  it('asks the next model at once where one is overloaded or its circuit is open', () => {
    const asked = { kind: 'ask', model: 'other' };
    expect(step('overloaded', { fallbackModel: 'other' })).toEqual(asked);
    expect(step('circuit-open', { fallbackModel: 'other' })).toEqual(asked);
    expect(step('circuit-open')).toEqual({ kind: 'give-up' });
    expect(step('server-error', { fallbackModel: 'other' }).kind).toBe('wait');
  });

  it('asks another model for a used-up limit only when waiting for it takes too long', () => {
    expect(step('throttled', { fallbackModel: 'other', hintMs: 2_000 }).kind).toBe('wait');
    expect(step('throttled', { fallbackModel: 'other', hintMs: 80_000 })).toEqual({ kind: 'ask', model: 'other' });
    expect(step('spent', { fallbackModel: 'other' })).toEqual({ kind: 'give-up' });
  });

  it('takes half as much from the budget for a wait that a 429 asked for', () => {
    const wait: NextStep = { kind: 'wait', delayMs: 2_000 };
    expect(costOf({ meaning: meaningOf('throttled'), hintMs: 2_000 }, wait)).toBe(0.5);
    expect(costOf({ meaning: meaningOf('throttled'), hintMs: null }, wait)).toBe(1);
    expect(costOf({ meaning: meaningOf('unavailable'), hintMs: 2_000 }, wait)).toBe(1);
    expect(costOf({ meaning: meaningOf('throttled'), hintMs: 80_000 }, { kind: 'ask', model: 'other' })).toBe(1);
  });

  it('never waits less than asked, nor longer than is left or the cap of its kind', () => {
    const given = fc.record({
      random: fc.double({ min: 0, max: 0.999_999, noNaN: true }),
      hintMs: fc.option(fc.integer({ min: 1, max: 100_000 })),
      leftMs: fc.integer({ min: 1, max: 90_000 }),
      attempt: fc.integer({ min: 1, max: 19 }),
    });
    fc.assert(
      fc.property(given, fc.constantFrom<FailureKind>('throttled', 'overloaded', 'server-error'), (state, kind) => {
        const waited = delay(kind, { ...state, maxAttempts: 20 });
        if (waited === null) return;
        expect(waited).toBeGreaterThanOrEqual(state.hintMs ?? 0);
        expect(waited).toBeLessThan(state.leftMs);
        const cap = kind === 'server-error' ? RETRY_DEFAULTS.maxDelayMs : RETRY_DEFAULTS.overloadedMaxDelayMs;
        expect(waited).toBeLessThanOrEqual(state.hintMs === null ? cap : RETRY_DEFAULTS.maxRetryAfterMs + 1_000);
      }),
    );
  });
});

describe('backoff', () => {
  it('spreads over the whole range up to the cap', () => {
    expect([1, 2, 3, 9].map((attempt) => fullJitterMs(attempt, 500, 8_000, () => 1))).toEqual([
      500, 1_000, 2_000, 8_000,
    ]);
    expect(fullJitterMs(9, 500, 8_000, () => 0)).toBe(0);
  });

  it('adds at most a tenth, and at most a second, to a hint', () => {
    expect(jitteredHintMs(2_000, () => 1)).toBe(2_200);
    expect(jitteredHintMs(60_000, () => 1)).toBe(61_000);
  });
});

describe('retryAfterMs', () => {
  const NOW = Date.parse('Mon, 23 Nov 2026 12:00:00 GMT');
  const read = (headers: Record<string, string>): number | null => retryAfterMs(new Headers(headers), NOW);

  it('prefers milliseconds to seconds', () => {
    expect(read({ 'retry-after-ms': '250', 'retry-after': '9' })).toBe(250);
    expect(read({ 'retry-after': '1.5' })).toBe(1_500);
  });

  it('reads a date against the date of the answer, so that our own clock may be wrong', () => {
    const date = 'Mon, 23 Nov 2026 09:00:00 GMT';
    expect(read({ 'retry-after': 'Mon, 23 Nov 2026 09:00:30 GMT', date })).toBe(30_000);
    expect(read({ 'retry-after': 'Mon, 23 Nov 2026 12:00:30 GMT' })).toBe(30_000);
  });

  it.each(['-5', '0', 'soon', '', 'NaN', 'Infinity', '1e999', 'Mon, 23 Nov 2020 09:00:30 GMT', '99 GMT'])(
    'ignores %j',
    (value) => {
      expect(read({ 'retry-after': value })).toBeNull();
      expect(read({ 'retry-after-ms': value })).toBeNull();
    },
  );
});
