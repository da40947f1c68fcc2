import { undatedModelId } from '../../cost/pricing/plain-model-id.js';
import type { RequestFields } from '../strategy.js';

/** What a model takes ("Models" in the Anthropic API docs). */
interface Reach {
  readonly maxInputTokens: number;
  readonly maxTokens: number;
}

const USUAL: Reach = { maxInputTokens: 1_000_000, maxTokens: 128_000 };

const SMALL: Reach = { maxInputTokens: 200_000, maxTokens: 64_000 };

const REACH: Readonly<Record<string, Reach>> = {
  'claude-haiku-4-5': SMALL,
  'claude-opus-4-5': SMALL,
  'claude-sonnet-4-5': SMALL,
};

/** Models that take no sampling parameters but the default ones. */
const FIXED_SAMPLING: ReadonlySet<string> = new Set(['claude-sonnet-5']);

/** Models on which thinking cannot be turned off, nor a tool forced. */
const ALWAYS_THINKS: ReadonlySet<string> = new Set(['claude-opus-5-5']);

/** Whether a model is known to take such a request. */
export function takes(model: string, params: RequestFields, inputTokens: number): boolean {
  const id = undatedModelId(model);
  const { maxInputTokens, maxTokens } = REACH[id] ?? USUAL;
  const { max_tokens: asked } = params;
  return (
    typeof asked === 'number' &&
    asked <= maxTokens &&
    inputTokens + asked <= maxInputTokens &&
    !(FIXED_SAMPLING.has(id) && setsSampling(params)) &&
    !(ALWAYS_THINKS.has(id) && (params['thinking'] != null || params['tool_choice'] != null))
  );
}

function setsSampling({ temperature, top_p: topP, top_k: topK }: RequestFields): boolean {
  return temperature != null || topP != null || topK != null;
}
