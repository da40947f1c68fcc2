import type { Attempt } from '../call/attempt.js';
import { estimatedUsage, type IterationUsage, type Usage } from '../call/usage.js';
import { MemoryAdmissionStore } from '../admission/memory-store.js';
import { callFor } from '../retry/spec-support/scripted-attempts.js';
import { ManualClock } from '../testing/clock/manual-clock.js';
import { LimitDomain } from './limit-domain.js';
import { DIMENSION, type LimitPool } from './limit-pool.js';
import { RateLimitAsk } from './rate-limit-ask.js';
import { resolveRateLimits } from './resolve-rate-limits.js';
import type { TokenEstimate } from './token-estimator.js';

const LIMITS = { requestsPerMinute: 600, inputTokensPerMinute: 10_000, outputTokensPerMinute: 5_000 };
const ESTIMATE: TokenEstimate = {
  inputTokens: 700,
  outputTokens: 90,
  countedTokens: 700,
  model: 'claude-haiku-5-5',
  kind: 'claude-haiku-5-5 plain',
};

/** Fresh input, cache reads and writes of both kinds, and output: each tells itself in a sum. */
const USED = {
  inputTokens: 1,
  cacheReadTokens: 20,
  cacheWrite5mTokens: 300,
  cacheWrite1hTokens: 4_000,
  outputTokens: 7,
};

function usage(changes: Partial<Usage> = {}): Usage {
  return { ...estimatedUsage(0, 0), ...USED, quality: 'complete', ...changes };
}

const clock = new ManualClock();

function poolOf(modelOrGroup: 'model' | 'batch' = 'model'): LimitPool {
  const settings = resolveRateLimits(LIMITS);
  const domain = new LimitDomain('default', settings, new MemoryAdmissionStore(clock), clock, 10);
  return modelOrGroup === 'batch' ? domain.poolOfGroup('batch') : domain.poolOfModel('claude-haiku-5-5', false);
}

function ask(pool = poolOf(), estimate: TokenEstimate | null = ESTIMATE): RateLimitAsk {
  return new RateLimitAsk(pool, null, '', estimate, { answered: ignore, ended: ignore, settled: ignore });
}

function ignore(): void {
  // Nobody learns from it.
}

/** An attempt that is over, with what it used; one that was never sent, for `false`. */
function ended(used: Usage | null, wasSent = true): Attempt {
  const attempt = callFor(clock).beginAttempt();
  if (wasSent) attempt.markSent();
  attempt.end(null, used);
  return attempt;
}

describe('what an attempt asks of the limits', () => {
  it('is a place, a request, and its tokens, apart and together', () => {
    const { meters, amounts } = ask().claims;
    expect(meters.map(({ key }, i) => [key, amounts[i]])).toEqual([
      ['default/slots', 1],
      ['default/haiku-5-5/requests', 1],
      ['default/haiku-5-5/input-tokens', 700],
      ['default/haiku-5-5/output-tokens', 90],
      ['default/haiku-5-5/tokens', 790],
    ]);
  });

  it('is a place and a request where tokens are not counted', () => {
    const pool = poolOf('batch');
    expect(ask(pool, null).claims.amounts).toEqual([1, 1]);
    expect(ask(pool, null).sent()).toEqual([null, 1]);
    expect(ask(pool, null).ended(ended(null))).toEqual([0, 1]);
  });
});

describe('what an attempt has used of the limits', () => {
  it('is a request from the moment it is sent', () => {
    expect(ask().sent()).toEqual([null, 1, null, null, null]);
  });

  it('is nothing where it was never sent', () => {
    expect(ask().ended(ended(null, false))).toEqual([0, 0, 0, 0, 0]);
  });

  it('is a request alone where it cannot have cost anything', () => {
    expect(ask().ended(ended(null))).toEqual([0, 1, 0, 0, 0]);
  });

  it('is all input that was not read from the cache, and all output', () => {
    expect(ask().ended(ended(usage()))).toEqual([0, 1, 4_301, 7, 4_308]);
  });

  it('is what it was thought to use, where nobody knows', () => {
    expect(ask().ended(ended(usage({ quality: 'estimated' })))).toEqual([0, 1, 700, 90, 790]);
  });

  it('is what was used until it broke off', () => {
    expect(ask().ended(ended(usage({ quality: 'partial' })))).toEqual([0, 1, 4_301, 7, 4_308]);
  });

  it('is what the model did on the way, too, and not what another model did', () => {
    const of = (model: string | null): IterationUsage => ({ ...USED, kind: 'compaction', model });
    const iterations = [of(null), of('claude-opus-5-5')];
    expect(ask().ended(ended(usage({ iterations })))).toEqual([0, 1, 8_602, 14, 8_616]);
  });

  it('is the input a stream tells as soon as it tells it, and what it reads beyond that in the end', async () => {
    const pool = poolOf();
    const asked = ask(pool);
    expect(asked.inputKnown(usage({ cacheWrite1hTokens: 0 }))).toEqual([null, null, 301, null, null]);
    asked.ended(ended(usage({ cacheWrite1hTokens: 50 })));
    const standings = await pool.standing();
    const { level, burst, outstanding } = standings[DIMENSION.inputTokens] ?? { level: 0, burst: 0, outstanding: -1 };
    expect([burst - level, outstanding]).toEqual([50, 0]);
  });
});
