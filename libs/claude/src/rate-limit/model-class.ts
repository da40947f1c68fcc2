import { KNOWN_MODEL_IDS } from './known-models.js';

/** Versions that share one set of rate limits ("Rate limits" in the Anthropic API docs); every other model has its own. */
const SHARED: readonly (readonly [pattern: RegExp, modelClass: string])[] = [
  [/^claude-fable-5(-|$)/, 'fable-5'],
  [/^claude-mythos-5(-|$)/, 'mythos-5'],
  [/^claude-opus-4-[5-8](-|$)/, 'opus-4'],
  [/^claude-sonnet-4-[56](-|$)/, 'sonnet-4'],
];

/** `us.anthropic.claude-opus-4-8-v1:0`: a region or none, and a revision or none. */
const BEDROCK_ID = /^(?:[a-z-]+\.)?anthropic\.(claude-[a-z0-9-]+?)(?:-v\d+(?::\d+)?)?$/;

/** `claude-opus-4-5@20251101`. */
const VERTEX_ID = /^(claude-[a-z0-9-]+)@(?:\d{8}|default)$/;

const FAST = ':fast';

const CLASS_OF_KNOWN: ReadonlyMap<string, string> = new Map(KNOWN_MODEL_IDS.map((id) => [id, classOf(id)]));

const KNOWN_CLASSES: ReadonlySet<string> = new Set(CLASS_OF_KNOWN.values());

/**
 * The rate-limit class of a model id: `opus-4`, `sonnet-5-5`, ... Fast mode has a pool of its own: `opus-4:fast`. Ids of
 * Amazon Bedrock and Google Cloud that name a model of the Claude API are in its class; any other id is its own.
 */
export function modelClassOf(modelId: string, speed: 'standard' | 'fast' = 'standard'): string {
  const modelClass = CLASS_OF_KNOWN.get(modelId) ?? classOf(plainId(modelId));
  return speed === 'fast' ? modelClass + FAST : modelClass;
}

/** Whether a name is that of a known model, in any of its spellings, or of the class of one, as `modelClassOf` gives it. */
export function isKnownModelOrClass(name: string): boolean {
  if (CLASS_OF_KNOWN.has(withoutDate(plainId(name)))) return true;
  return KNOWN_CLASSES.has(name.endsWith(FAST) ? name.slice(0, -FAST.length) : name);
}

function classOf(plain: string): string {
  const shared = SHARED.find(([pattern]) => pattern.test(plain));
  return shared?.[1] ?? withoutDate(plain).replace(/^claude-/, '');
}

/** The id by which the Claude API knows the model, its date aside. */
function plainId(modelId: string): string {
  return (BEDROCK_ID.exec(modelId) ?? VERTEX_ID.exec(modelId))?.[1] ?? modelId;
}

function withoutDate(id: string): string {
  return id.replace(/-\d{8}$/, '');
}
