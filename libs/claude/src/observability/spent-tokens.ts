import type { CallRecord } from '../call/record.js';
import type { TokenUsage } from '../call/usage.js';

/** Tokens that all attempts of a call used or may have used, as its cost has them; `null` where none can have used any. */
export function spentTokens({ attempts }: Pick<CallRecord, 'attempts'>): TokenUsage | null {
  // One attempt is what nearly all calls have.
  if (attempts.length === 1) return attempts[0]?.usage ?? null;
  const usages = attempts.flatMap(({ usage }) => usage ?? []);
  return usages.length === 0 ? null : usages.reduce<TokenUsage>(addTokens, NO_TOKENS);
}

export const NO_TOKENS: TokenUsage = Object.freeze({
  inputTokens: 0,
  cacheReadTokens: 0,
  cacheWrite5mTokens: 0,
  cacheWrite1hTokens: 0,
  outputTokens: 0,
});

export function addTokens(a: TokenUsage, b: TokenUsage): TokenUsage {
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    cacheReadTokens: a.cacheReadTokens + b.cacheReadTokens,
    cacheWrite5mTokens: a.cacheWrite5mTokens + b.cacheWrite5mTokens,
    cacheWrite1hTokens: a.cacheWrite1hTokens + b.cacheWrite1hTokens,
    outputTokens: a.outputTokens + b.outputTokens,
  };
}
