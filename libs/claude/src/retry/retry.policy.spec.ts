import fc from 'fast-check';
import { fullJitterMs, jitteredHintMs } from './backoff.js';
import { retryAfterMs } from './retry-after.js';
import { RETRY_DEFAULTS } from './retry.options.js';
import { nextDelayMs, type AttemptFailure, type RetryState } from './retry.policy.js';

const FAILURE: AttemptFailure = { status: 500, errorCode: null, shouldRetry: null, hintMs: null, ambiguous: true };
const STATE: RetryState = { attempt: 1, maxAttempts: 3, leftMs: 600_000, conflicts: 0, creates: false };

function delay(failure: Partial<AttemptFailure>, state: Partial<RetryState> = {}, random = 0.5): number | null {
  return nextDelayMs({ ...FAILURE, ...failure }, { ...STATE, ...state }, RETRY_DEFAULTS, () => random);
}

describe('retry policy', () => {
  it.each([408, 409, 429, 500, 502, 503, 504, 520, 529])('repeats a %i', (status) => {
    expect(delay({ status })).not.toBeNull();
  });

  it.each([400, 401, 402, 403, 404, 413, 422, 501])('never repeats a %i', (status) => {
    expect(delay({ status })).toBeNull();
  });

  it('repeats what got no answer', () => {
    expect(delay({ status: null })).not.toBeNull();
  });

  it('repeats a conflict once', () => {
    expect(delay({ status: 409 }, { attempt: 2, conflicts: 1 })).toBeNull();
  });

  it.each(['enforced_spend_limit_reached', 'contract_spend_limit_reached'])(
    'never repeats a spend stop: %s',
    (errorCode) => {
      expect(delay({ status: 429, errorCode, shouldRetry: true })).toBeNull();
    },
  );

  it('lets the server overrule the status, both ways', () => {
    expect(delay({ status: 503, shouldRetry: false })).toBeNull();
    expect(delay({ status: 400, shouldRetry: true })).not.toBeNull();
  });

  it('does not repeat what may have created something', () => {
    expect(delay({ status: null }, { creates: true })).toBeNull();
    expect(delay({ status: 429, ambiguous: false }, { creates: true })).not.toBeNull();
  });

  it('gives no wait after the last attempt', () => {
    expect(delay({}, { attempt: 3 })).toBeNull();
    expect(delay({}, { attempt: 1, maxAttempts: 1 })).toBeNull();
  });

  it('fails now when the server asks for more than the cap, or more than is left', () => {
    expect(delay({ status: 429, hintMs: 75_001 })).toBeNull();
    expect(delay({ status: 429, hintMs: 20_000 }, { leftMs: 20_000 })).toBeNull();
    expect(delay({ status: 429, hintMs: 60_000 })).not.toBeNull();
  });

  it('waits longer for an overloaded API than for a broken one', () => {
    expect(delay({ status: 529 }, { attempt: 2 }, 0.999)).toBeCloseTo(1_998);
    expect(delay({ status: 500 }, { attempt: 2 }, 0.999)).toBeCloseTo(999);
  });

  it('never waits less than asked nor longer than is left', () => {
    const chance = fc.double({ min: 0, max: 0.999_999, noNaN: true });
    const hint = fc.option(fc.integer({ min: 1, max: 100_000 }));
    fc.assert(
      fc.property(chance, hint, fc.integer({ min: 1, max: 90_000 }), (random, hintMs, leftMs) => {
        const waited = delay({ status: 429, hintMs }, { leftMs }, random);
        if (waited === null) return;
        expect(waited).toBeGreaterThanOrEqual(hintMs ?? 0);
        expect(waited).toBeLessThan(leftMs);
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
