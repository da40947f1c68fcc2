import type { Meter } from '../admission/meter.js';
import { domainSlots, groupMeters, poolMeters } from './pool-meters.js';
import { mergeLimits } from './resolve-rate-limits.js';

const WINDOW = { strictWindow: false, refillShare: 0.95 };
const LIMITS = mergeLimits({ requestsPerMinute: 300, outputTokensPerMinute: 8_000 }, WINDOW);

const keys = (meters: object): string[] => Object.values(meters).map(({ key }: Meter) => key);
const labels = (meters: object): string[] => Object.values(meters).map(({ label }: Meter) => label);

describe('the meters of a model class', () => {
  it('carry its limits, and what is known of each kind', () => {
    expect(poolMeters('default', 'opus-4', LIMITS, 0.95)).toEqual({
      requests: {
        kind: 'rate',
        key: 'default/opus-4/requests',
        label: 'requests per minute of opus-4',
        limit: 300,
        isGuess: false,
        refillShare: 0.95,
        burstShare: 1 / 12,
        minBurst: 1,
        counted: 'at-start',
      },
      inputTokens: expect.objectContaining({ limit: Infinity, isGuess: true, minBurst: 0, counted: 'at-start' }),
      outputTokens: expect.objectContaining({ limit: 8_000, isGuess: false, minBurst: 0, counted: 'as-used' }),
      tokens: expect.objectContaining({ limit: Infinity, isGuess: true, minBurst: 0, counted: 'at-start' }),
    });
  });

  it('are told apart by domain, class and kind', () => {
    expect(keys(poolMeters('eu', 'haiku-5-5', LIMITS, 1))).toEqual([
      'eu/haiku-5-5/requests',
      'eu/haiku-5-5/input-tokens',
      'eu/haiku-5-5/output-tokens',
      'eu/haiku-5-5/tokens',
    ]);
  });

  it('are called by what they bound, and by their domain where there are others', () => {
    expect(labels(poolMeters('default', 'opus-4', LIMITS, 1))).toEqual([
      'requests per minute of opus-4',
      'input tokens per minute of opus-4',
      'output tokens per minute of opus-4',
      'tokens per minute of opus-4',
    ]);
    expect(poolMeters('eu', 'opus-4', LIMITS, 1).tokens.label).toBe('tokens per minute of opus-4 in eu');
  });

  it('cannot be changed', () => {
    const meters = poolMeters('default', 'opus-4', LIMITS, 1);
    expect([meters, ...Object.values(meters)].every((each) => Object.isFrozen(each))).toBe(true);
  });
});

describe('the meter of another group', () => {
  it('counts requests until the API names a limit, and then holds to the burst and flow of any other', () => {
    const { requests } = groupMeters('default', 'token_count', WINDOW);
    expect(requests).toEqual({
      kind: 'rate',
      key: 'default/token_count-requests',
      label: 'requests per minute of token_count',
      limit: Infinity,
      isGuess: true,
      refillShare: 0.95,
      burstShare: 1 / 12,
      minBurst: 1,
      counted: 'at-start',
    });
    expect(Object.isFrozen(requests)).toBe(true);
    const strict = groupMeters('eu', 'batch', { strictWindow: true, refillShare: 0.75 });
    expect(strict.requests).toMatchObject({ label: 'requests per minute of batch in eu', burstShare: 0.225 });
  });

  it('is not that of a model class which has its name', () => {
    const { key } = groupMeters('default', 'batch', WINDOW).requests;
    expect(keys(poolMeters('default', 'batch', LIMITS, 1))).not.toContain(key);
  });
});

describe('the places of a limit domain', () => {
  it('are a meter of calls at the same time', () => {
    expect(domainSlots('default', 7)).toEqual({
      kind: 'slots',
      key: 'default/slots',
      label: 'calls at the same time',
      limit: 7,
    });
    expect(domainSlots('eu', Infinity).label).toBe('calls at the same time in eu');
    expect(Object.isFrozen(domainSlots('eu', 1))).toBe(true);
  });
});
