import type { Usage } from '../../call/usage.js';
import { ManualClock } from '../../testing/clock/manual-clock.js';
import { Prices } from '../pricing/prices.js';
import { iteration, tokens, used } from '../pricing/spec-support/usage.js';
import { NO_SAVINGS, type CallSavings } from './call-savings.js';
import { resolveSavings } from './resolve-savings.js';
import { SavingsAppraiser, type AppraisedAttempt, type AppraisedCall } from './savings-appraiser.js';
import type { SavingsOptions } from './savings.options.js';

const NOW_MS = Date.UTC(2026, 10, 23);
const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

const clock = new ManualClock(NOW_MS);
const prices = new Prices({}, clock);

function appraiser(options: SavingsOptions = {}): SavingsAppraiser {
  return new SavingsAppraiser(prices.costOf, resolveSavings(options, prices, clock));
}

/** Of Opus 5.5 a token costs 4,000 nano-dollars, 200 read from the cache, 5,000 and 8,000 written to it, and 20,000 put out. */
const OPUS = 'claude-opus-5-5';

function attempt(usage: Partial<Usage>, changes: Partial<AppraisedAttempt> = {}): AppraisedAttempt {
  const { model = OPUS } = changes;
  const whole = used(usage);
  return {
    model,
    endpoint: 'default',
    startedAfterMs: 0,
    durationMs: SECOND_MS,
    usage: whole,
    cost: prices.costOf(model, whole, NOW_MS),
    reservedNanoUsd: null,
    ...changes,
  };
}

function callOf(attempts: readonly AppraisedAttempt[], changes: Partial<AppraisedCall> = {}): AppraisedCall {
  return { requestType: null, priority: 'normal', stream: false, startedAtMs: NOW_MS, ...changes, attempts };
}

function savingsOf(usage: Partial<Usage>, changes: Partial<AppraisedAttempt> = {}): CallSavings {
  return appraiser().appraise(callOf([attempt(usage, changes)]));
}

describe('What caching saved', () => {
  it.each<[string, number | null, Partial<Usage>, string?]>([
    ['nothing to tell without it', null, tokens(1_000, 0, 0, 0, 900)],
    ['the difference of each read', 38_000_000, tokens(5_000, 10_000, 0, 0, 900)],
    ['less the surcharge of writes for five minutes', 36_000_000, tokens(5_000, 10_000, 2_000, 0, 900)],
    ['or for an hour', -4_000_000, tokens(5_000, 0, 0, 1_000, 900)],
    ['half of it in a batch', 19_000_000, { ...tokens(0, 10_000, 0, 0, 900), serviceTier: 'batch' }],
    ['twice as much in fast mode', 76_000_000, { ...tokens(0, 10_000, 0, 0, 900), speed: 'fast' }],
    ['a tenth more in the US', 41_800_000, { ...tokens(0, 10_000, 0, 0, 900), inferenceGeo: 'us' }],
    ['at the prices of a long prompt', 90_000_000, tokens(0, 200_000), 'claude-haiku-5-5'],
    [
      'at those of the model that read',
      900_000,
      { iterations: [iteration('advisor_message', 'claude-haiku-4-5', tokens(0, 1_000))] },
    ],
    [
      'model by model',
      3_800_000,
      { ...tokens(0, 1_000), hops: [iteration('fallback_message', OPUS, tokens(0, 1_000))] },
      'claude-fable-5-2',
    ],
    ['what is known of an answer that broke off', 38_000_000, { ...tokens(0, 10_000), quality: 'partial' }],
    ['nothing of a usage that is a guess', null, { ...tokens(0, 10_000), quality: 'estimated' }],
    ['nothing where no price is known', null, tokens(0, 10_000), 'claude-unheard-of'],
    ['nothing where no bill could hold it', null, tokens(0, 4e9)],
  ])('is %s: %s', (_, nanoUsd, usage, model = OPUS) => {
    expect(savingsOf(usage, { model }).cachingSaved).toBe(nanoUsd);
  });
});

describe('What caching could save', () => {
  const LONG = tokens(10_000, 0, 0, 0, 900);
  /** Half of the prompt, at what a write costs more and a read less. */
  const [WRITTEN, READ] = [-5_000 * 1_000, 5_000 * 3_800];

  /** What calls at these moments, in milliseconds, could save one by one. */
  function series(calls: readonly [atMs: number, requestType?: string, endpoint?: string][]): readonly unknown[] {
    const one = appraiser();
    return calls.map(([atMs, requestType = null, endpoint = 'default']) => {
      const call = callOf([attempt(LONG, { endpoint })], { requestType, startedAtMs: NOW_MS + atMs });
      return one.appraise(call).cachingCouldSave;
    });
  }

  it('is a read where a call went before within five minutes of the last, else a write', () => {
    const past = 5 * MINUTE_MS;
    expect(series([[0], [past - 1], [2 * past - 2], [3 * past - 2], [3 * past + SECOND_MS]])).toEqual([
      WRITTEN,
      READ,
      READ,
      WRITTEN,
      READ,
    ]);
  });

  it('is a write for calls beside the first one, as nothing is in the cache before its end', () => {
    expect(series([[0], [SECOND_MS - 1], [SECOND_MS]])).toEqual([WRITTEN, WRITTEN, READ]);
  });

  it('is told apart by request type and endpoint', () => {
    expect(
      series([
        [0, 'chat'],
        [2_000, 'search'],
        [4_000, 'chat', 'second'],
        [6_000, 'chat'],
      ]),
    ).toEqual([WRITTEN, WRITTEN, WRITTEN, READ]);
  });

  it.each<[string, Partial<Usage>]>([
    ['used the cache', tokens(10_000, 1)],
    ['had too little to repeat', tokens(8_191)],
    ['broke off', { ...LONG, quality: 'partial' }],
    ['used several models', { ...LONG, iterations: [iteration('compaction', null, tokens(1))] }],
    ['fell back to another model', { ...LONG, hops: [iteration('fallback_message', OPUS, LONG)] }],
    ['fell back to nobody knows which', { ...LONG, hops: null }],
  ])('is nothing to tell of a call that %s', (_, usage) => {
    expect(savingsOf(usage).cachingCouldSave).toBeNull();
  });

  it('counts from the tokens, and with the share, that are chosen', () => {
    const one = appraiser({ repeatedShare: 0.9, minimumCacheTokens: 900 });
    const of = (inputTokens: number): unknown => one.appraise(callOf([attempt({ inputTokens })])).cachingCouldSave;
    expect([of(999), of(1_000)]).toEqual([null, -900 * 1_000]);
  });
});

describe('What batches could save', () => {
  const USED = tokens(1_000, 0, 0, 0, 100);

  it.each<[string, number | null, Partial<Usage>, Partial<AppraisedCall>]>([
    ['half of a call that nobody waited for', 3_000_000, USED, {}],
    ['what fast mode cost besides', 9_000_000, { ...USED, speed: 'fast' }, {}],
    ['half of the tokens, not of searches', 3_000_000, { ...USED, webSearchRequests: 3 }, {}],
    ['nothing of a stream', null, USED, { stream: true }],
    ['nothing of a call somebody may wait for', null, USED, { priority: 'normal' }],
    ['nothing of what was in one', null, { ...USED, serviceTier: 'batch' }, {}],
    ['nothing of an answer that broke off', null, { ...USED, quality: 'partial' }, {}],
  ])('is %s: %s', (_, nanoUsd, usage, changes) => {
    const call = callOf([attempt(usage)], { priority: 'background', ...changes });
    expect(appraiser().appraise(call).batchCouldSave).toBe(nanoUsd);
  });
});

describe('What a smaller model could save', () => {
  /** Of Haiku 5.5 a token costs 100 nano-dollars, and 500 put out. */
  const SHORT = tokens(1_900, 100, 0, 0, 200);
  const LESS = 1_900 * 3_900 + 100 * 190 + 200 * 19_500;

  it.each<[string, number | null, Partial<Usage>, string?]>([
    ['the difference of each kind of token', LESS, SHORT],
    ['the same for another id of the model', 1_000 * 4_900, tokens(1_000), 'claude-opus-4-5-20251101'],
    ['nothing of a longer prompt', null, { ...SHORT, inputTokens: 1_901 }],
    ['nothing of a longer answer', null, { ...SHORT, outputTokens: 201 }],
    ['nothing where it had to think', null, { ...SHORT, thinkingTokens: 1 }],
    ['nothing where it had to search', null, { ...SHORT, webSearchRequests: 1 }],
    ['nothing where it had to fetch', null, { ...SHORT, webFetchRequests: 1 }],
    ['nothing of an answer that broke off', null, { ...SHORT, quality: 'partial' }],
    ['nothing where there is none', null, SHORT, 'claude-haiku-5-5'],
    ['nothing for the name of a method', null, SHORT, 'constructor'],
  ])('is %s: %s', (_, nanoUsd, usage, model = OPUS) => {
    expect(savingsOf(usage, { model }).smallerModelCouldSave).toBe(nanoUsd);
  });

  it('is that of the models that are chosen, where they are cheaper', () => {
    const one = appraiser({
      smallerModels: { 'claude-opus-5-5': 'claude-sonnet-5-5', 'claude-sonnet-5-5': 'claude-opus-5-5' },
    });
    const of = (model: string): unknown =>
      one.appraise(callOf([attempt(tokens(1_000), { model })])).smallerModelCouldSave;
    expect([of(OPUS), of('claude-sonnet-5-5'), of('claude-opus-5')]).toEqual([1_000 * 2_000, null, null]);
  });

  it.each([
    [{ 'claude-opus-5-5': 'claude-unheard-of' }, "`cost.savings.smallerModels['claude-opus-5-5']` is a model"],
    [{ 'claude-unheard-of': 'claude-opus-5-5' }, '`claude-unheard-of` in `cost.savings.smallerModels` is a model'],
  ])('is refused for a model without a price: %j', (smallerModels, message) => {
    expect(() => appraiser({ smallerModels })).toThrow(message);
  });
});

describe('What was reserved', () => {
  it('is held against what the same attempts used', () => {
    const attempts = [
      attempt(tokens(0, 0, 0, 0, 300), { reservedNanoUsd: 10_000_000 }),
      attempt(tokens(0, 0, 0, 0, 400), { reservedNanoUsd: 20_000_000 }),
      attempt(tokens(0, 0, 0, 0, 500)),
      attempt({}, { reservedNanoUsd: 40_000_000, usage: null, cost: null }),
    ];
    expect(appraiser().appraise(callOf(attempts))).toEqual({
      ...NO_SAVINGS,
      reserved: 30_000_000,
      usedOfReserved: 14_000_000,
    });
  });
});

it('A call that was refused saves nothing', () => {
  expect(appraiser().appraise(callOf([]))).toEqual(NO_SAVINGS);
});
