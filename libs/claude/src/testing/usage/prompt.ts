import { objectsOf, type JsonObject } from '../json.js';
import type { MessageBody } from '../messages/message-body.js';
import { cacheTtlOf, type CacheTtl } from './cache-control.js';
import { countTokens, IMAGE_TOKENS, MESSAGE_TOKENS } from './tokens.js';

/** One block of a prompt, in the order the cache sees it. */
export interface PromptBlock {
  readonly tokens: number;
  /** Where it stands and what it says, the same for the same content however it is written. */
  readonly text: string;
  /** Lifetime of the cache breakpoint on it. */
  readonly ttl: CacheTtl | null;
}

/** A request as the cache and the bill see it. */
export interface Prompt {
  readonly tokens: number;
  /** Tools, then system, then messages: the order in which a prefix is cached. */
  readonly blocks: readonly PromptBlock[];
  readonly hasBreakpoints: boolean;
}

export function promptOf(body: MessageBody): Prompt {
  const blocks = [
    ...objectsOf(body.tools).map((tool) => promptBlock(tool, 'tool', 0)),
    ...contentBlocks(body.system ?? [], 'system', 0),
    ...body.messages.flatMap(({ role, content }) => contentBlocks(content, role, MESSAGE_TOKENS)),
  ];
  if (body.cache_control) markLast(blocks, cacheTtlOf(body));
  return {
    tokens: blocks.reduce((sum, { tokens }) => sum + tokens, 0),
    blocks,
    hasBreakpoints: blocks.some(({ ttl }) => ttl !== null),
  };
}

/** A top-level `cache_control` stands for a breakpoint on the last block. */
function markLast(blocks: PromptBlock[], ttl: CacheTtl | null): void {
  const last = blocks.pop();
  if (last) blocks.push({ ...last, ttl: last.ttl ?? ttl });
}

function contentBlocks(content: string | readonly JsonObject[], where: string, overhead: number): PromptBlock[] {
  if (typeof content !== 'string') {
    return content.map((block, index) => promptBlock(block, where, index === 0 ? overhead : 0));
  }
  return content === '' ? [] : [textBlock(content, where, overhead, null)];
}

function promptBlock(block: JsonObject, where: string, overhead: number): PromptBlock {
  const ttl = cacheTtlOf(block);
  if (block.type === 'text') return textBlock(String(block.text), where, overhead, ttl);
  const text = JSON.stringify(block, (key, value: unknown) => (key === 'cache_control' ? undefined : value));
  return { tokens: blockTokens(block, text) + overhead, text: `${where} ${text}`, ttl };
}

/** Images count the same whatever their bytes, inside tool results too. */
function blockTokens(block: JsonObject, text: string): number {
  if (block.type === 'image') return IMAGE_TOKENS;
  const nested = objectsOf(block.content);
  if (nested.length === 0) return countTokens(text);
  const own = countTokens(JSON.stringify({ ...block, content: undefined, cache_control: undefined }));
  return nested.reduce((sum, inner) => sum + blockTokens(inner, JSON.stringify(inner)), own);
}

function textBlock(text: string, where: string, overhead: number, ttl: CacheTtl | null): PromptBlock {
  return { tokens: countTokens(text) + overhead, text: `${where} "${text}`, ttl };
}
