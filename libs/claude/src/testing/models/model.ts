/** A model as a test defines it; what is left out is taken from a current mid-size model. */
export interface ModelDefinition {
  readonly id: string;
  /** Other ids for the same model. Answers carry `id`. */
  readonly aliases?: readonly string[];
  readonly displayName?: string;
  /** RFC 3339; default the Unix epoch, which the Models API uses for an unknown date. */
  readonly createdAt?: string;
  /** Context window; default 1,000,000. */
  readonly maxInputTokens?: number;
  /** Most output tokens of one request; default 128,000. */
  readonly maxTokens?: number;
  readonly lifecycle?: 'active' | 'deprecated' | 'retired';
  readonly deprecatedAt?: string | null;
  readonly retiresAt?: string | null;
  /** Whether `speed: "fast"` is served fast; otherwise it runs at standard speed and says so. Default `false`. */
  readonly fast?: boolean;
  /** Parameters this model answers with a 400. Default none. */
  readonly rejects?: readonly RejectedParameter[];
}

/** `disabledThinking` and `forcedToolChoice` hold for Opus 5.5, `sampling` for Sonnet 5, `inferenceGeo` before 4.6. */
export type RejectedParameter = 'disabledThinking' | 'forcedToolChoice' | 'sampling' | 'inferenceGeo';

/** A model of the catalogue, complete. */
export type Model = Required<ModelDefinition>;

const EPOCH = '1970-01-01T00:00:00Z';

export function completeModel(definition: ModelDefinition): Model {
  return {
    aliases: [],
    displayName: displayNameOf(definition.id),
    createdAt: EPOCH,
    maxInputTokens: 1_000_000,
    maxTokens: 128_000,
    lifecycle: 'active',
    deprecatedAt: null,
    retiresAt: null,
    fast: false,
    rejects: [],
    ...definition,
  };
}

/** `claude-opus-5-5` reads "Claude Opus 5.5". */
function displayNameOf(id: string): string {
  const [version] = /\d+(-\d{1,2})?(?=-|$)/.exec(id) ?? [];
  const name = id.replace(/-\d.*$/, '').split('-');
  const words = name.map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return [...words, ...(version ? [version.replace('-', '.')] : [])].join(' ');
}
