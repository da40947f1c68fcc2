import { estimatedUsage, type IterationUsage, type TokenUsage, type Usage } from '../../../call/usage.js';

/** A complete usage with nothing in it but what is given. */
export function used(given: Partial<Usage>): Usage {
  return { ...estimatedUsage(0, 0), quality: 'complete', ...given };
}

/** What an iteration used: nothing but what is given. */
export function iteration(kind: string, model: string | null, given: Partial<TokenUsage>): IterationUsage {
  const { inputTokens, cacheReadTokens, cacheWrite5mTokens, cacheWrite1hTokens, outputTokens } = used(given);
  return { kind, model, inputTokens, cacheReadTokens, cacheWrite5mTokens, cacheWrite1hTokens, outputTokens };
}

/** Fresh input, cache reads, writes for 5 minutes and for an hour, and output: the five kinds of tokens in short. */
export function tokens(input: number, reads = 0, writes5m = 0, writes1h = 0, output = 0): TokenUsage {
  return {
    inputTokens: input,
    cacheReadTokens: reads,
    cacheWrite5mTokens: writes5m,
    cacheWrite1hTokens: writes1h,
    outputTokens: output,
  };
}
