import type { CallContext } from '../call/context.js';
import { hash32 } from '../call/hash32.js';

/** How much of a text tells it from others, from its beginning and from its end. */
const SAMPLE = 256;

/** Deeper than any request; what lies below tells nothing apart. */
const MAX_DEPTH = 12;

/**
 * What belongs together, as far as prompt caches care: the conversation of a call's context, else the beginning of a request
 * that uses the cache: model, tools, system prompt, and the first message up to its last cache breakpoint. All turns of a
 * conversation begin alike. Texts are told apart by length, beginning and end: two that are taken for one share a cache domain,
 * and nothing else comes of it.
 *
 * @returns `null` for a call that has no conversation and uses no cache.
 */
export function affinityOf(model: string | null, params: unknown, { conversation }: CallContext): string | null {
  if (conversation !== undefined) return fingerprint([model, conversation]);
  if (!isFields(params) || !usesCache(params)) return null;
  const { messages } = params;
  const first: unknown = Array.isArray(messages) ? messages[0] : null;
  const parts = [params['tools'], params['system'], isFields(first) ? cachedPart(first['content']) : null];
  return fingerprint([model, ...parts.map((part) => sketch(part, 0))]);
}

/** Short, and without a word of the request: it is kept. */
function fingerprint(parts: readonly (string | null)[]): string {
  const text = parts.join('\n');
  return `${hash32(text).toString(36)}-${text.length.toString(36)}`;
}

/** All of the first message, or what stands before its last breakpoint: a question after it may be a new one each time. */
function cachedPart(content: unknown): unknown {
  if (!Array.isArray(content)) return content;
  const last = content.findLastIndex((block) => isFields(block) && isFields(block['cache_control']));
  return last === -1 ? content : content.slice(0, last + 1);
}

/** Whether a breakpoint is set anywhere the API takes one: on the request, the system prompt, tools, or blocks of messages. */
function usesCache({ cache_control, system, tools, messages }: Fields): boolean {
  if (isFields(cache_control) || hasBreakpoint(system) || hasBreakpoint(tools)) return true;
  return Array.isArray(messages) && messages.some((message) => isFields(message) && hasBreakpoint(message['content']));
}

function hasBreakpoint(blocks: unknown): boolean {
  return Array.isArray(blocks) && blocks.some((block) => isFields(block) && isFields(block['cache_control']));
}

function sketch(value: unknown, depth: number): string {
  if (typeof value === 'string') return `${value.length}:${value.slice(0, SAMPLE)}${value.slice(-SAMPLE)}`;
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return String(value);
  if (Array.isArray(value)) return value.map((each) => sketch(each, depth + 1)).join(',');
  return Object.entries(value)
    .filter(([name]) => name !== 'cache_control')
    .map(([name, each]) => `${name}=${sketch(each, depth + 1)}`)
    .join(';');
}

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}
