/** Versions that share one set of rate limits ("Rate limits" in the Anthropic API docs); every other model has its own. */
const SHARED: readonly (readonly [pattern: RegExp, modelClass: string])[] = [
  [/^claude-fable-5(-|$)/, 'fable-5'],
  [/^claude-mythos-5(-|$)/, 'mythos-5'],
  [/^claude-opus-4-[5-8](-|$)/, 'opus-4'],
  [/^claude-sonnet-4-[56](-|$)/, 'sonnet-4'],
];

/** The rate-limit class of a model id: `opus-4`, `sonnet-5-5`, ... Fast mode has a pool of its own. */
export function modelClassOf(modelId: string, speed: 'standard' | 'fast' = 'standard'): string {
  const shared = SHARED.find(([pattern]) => pattern.test(modelId));
  const modelClass = shared?.[1] ?? modelId.replace(/^claude-/, '').replace(/-\d{8}$/, '');
  return speed === 'fast' ? `${modelClass}:fast` : modelClass;
}
