type Fields = Readonly<Record<string, unknown>>;

/** The longest time for which a request writes to the prompt cache; `null` for one that writes nothing. */
export type CacheWrites = '5m' | '1h' | null;

/** Results of tools may hold blocks with breakpoints; nothing is nested deeper than that. */
const MAX_DEPTH = 4;

/**
 * What a Messages request writes to the prompt cache, by its breakpoints ("Prompt caching" in the Anthropic API docs). Takes
 * time by the number of blocks, and looks at no content.
 */
export function cacheWritesOf(params: unknown): CacheWrites {
  if (!isFields(params)) return null;
  const { messages, system, tools } = params;
  let longest = ttlOf(params);
  for (const list of [tools, system, messages]) {
    if (longest === '1h') return longest;
    longest = longer(longest, list, MAX_DEPTH);
  }
  return longest;
}

function longer(longest: CacheWrites, blocks: unknown, depth: number): CacheWrites {
  if (!Array.isArray(blocks) || depth === 0) return longest;
  for (const block of blocks as readonly unknown[]) {
    if (!isFields(block)) continue;
    longest = longer(ttlOf(block) ?? longest, block['content'], depth - 1);
    if (longest === '1h') return longest;
  }
  return longest;
}

function ttlOf({ cache_control: control }: Fields): CacheWrites {
  if (!isFields(control)) return null;
  return control['ttl'] === '1h' ? '1h' : '5m';
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}
