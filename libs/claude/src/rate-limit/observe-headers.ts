import type { Observation } from '../admission/admission-store.js';
import { DIMENSION, type LimitPool } from './limit-pool.js';
import { readRateLimitHeaders } from './rate-limit-headers.js';

const TOKENS_TOLD_APART = ['inputTokens', 'outputTokens'] as const;
const TOLD = ['requests', ...TOKENS_TOLD_APART, 'tokens'] as const;

/** What an answer's headers tell of the meters of a pool; empty when they tell nothing. */
export function observationsOf(headers: Headers, pool: LimitPool): readonly Observation[] {
  const told = readRateLimitHeaders(headers, pool.name.endsWith(':fast') ? 'fast' : 'standard');
  if (told === null) return [];
  const observations: Observation[] = [];
  for (const dimension of TOLD) {
    const meter = pool.meters[DIMENSION[dimension]];
    const said = told[dimension];
    if (meter !== undefined && said !== undefined)
      observations.push({ meter, limit: said.limit, remaining: said.remaining });
  }
  const combined = pool.meters[DIMENSION.tokens];
  // A guess for all tokens together is over once the API limits them apart.
  const isApart = TOKENS_TOLD_APART.some((dimension) => told[dimension]?.limit !== undefined);
  if (isApart && combined?.kind === 'rate' && combined.isGuess) observations.push({ meter: combined, limit: Infinity });
  return observations;
}
