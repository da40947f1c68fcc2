/** What makes answers to one model longer or shorter than others. */
export type RequestFeatures = 'plain' | 'tools' | 'thinking' | 'tools+thinking';

/** What a request uses; `plain` for whatever is no Messages request. */
export function featuresOf(params: unknown): RequestFeatures {
  if (!isRecord(params)) return 'plain';
  const hasTools = Array.isArray(params['tools']) && params['tools'].length > 0;
  if (!isThinking(params['thinking'])) return hasTools ? 'tools' : 'plain';
  return hasTools ? 'tools+thinking' : 'thinking';
}

/** How many tokens a request allows its answer; `null` where it does not say. 0 is for filling the prompt cache. */
export function maxTokensOf(params: unknown): number | null {
  const value = isRecord(params) ? params['max_tokens'] : null;
  return typeof value === 'number' && value >= 0 && value < Infinity ? value : null;
}

/** The speed a request asks for. */
export function speedOf(params: unknown): 'standard' | 'fast' {
  return isRecord(params) && params['speed'] === 'fast' ? 'fast' : 'standard';
}

function isThinking(thinking: unknown): boolean {
  return isRecord(thinking) && typeof thinking['type'] === 'string' && thinking['type'] !== 'disabled';
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
