import { imageTokens } from './image-tokens.js';
import { isFields, ofEach, ofEncrypted, ofFields, ofJson, ofText, type Fields, type TokenWalk } from './token-walk.js';

/** What marks off a block that is more than text, its ids included. */
const BLOCK_TOKENS = 8;

/** What a page of a PDF is taken for, and how many bytes of one are taken for a page: the file does not say how many it has. */
const PAGE_TOKENS = 3_000;
const BYTES_PER_PAGE = 100_000;

/** Pages a document is taken for that we do not see: one given by URL or file id. */
const UNSEEN_PAGES = 10;

/** Fields that are no input, or are counted by the block that has them. */
const UNCOUNTED: ReadonlySet<string> = new Set([
  'cache_control',
  'caller',
  'data',
  'id',
  'signature',
  'tool_use_id',
  'type',
]);

/** Fields the model reads as JSON. */
const JSON_FIELDS: ReadonlySet<string> = new Set(['input', 'input_schema']);

/** The tokens of content in any of its forms: a text, blocks, or a single block. */
export function contentTokens(walk: TokenWalk, content: unknown): number {
  if (typeof content === 'string') return ofText(walk, content);
  return Array.isArray(content) ? ofEach(walk, content, contentTokens) : blockTokens(walk, content);
}

function blockTokens(walk: TokenWalk, block: unknown): number {
  if (!isFields(block)) return 0;
  switch (block['type']) {
    case 'text':
      return ofText(walk, block['text']);
    case 'image':
      return imageSourceTokens(walk, block['source']);
    case 'document':
      return documentTokens(walk, block);
    case 'redacted_thinking':
      return BLOCK_TOKENS + ofEncrypted(walk, block['data']);
    default:
      // Results and calls of tools, thinking, search results, what the API's own tools found, kinds to come.
      return BLOCK_TOKENS + ofFields(walk, block, fieldTokens);
  }
}

function fieldTokens(walk: TokenWalk, name: string, value: unknown): number {
  if (UNCOUNTED.has(name)) return 0;
  if (JSON_FIELDS.has(name)) return ofJson(walk, value);
  if (name.startsWith('encrypted_')) return ofEncrypted(walk, value);
  return contentTokens(walk, value);
}

function imageSourceTokens({ scale }: TokenWalk, source: unknown): number {
  const { type, data }: Fields = isFields(source) ? source : {};
  return type === 'base64' && typeof data === 'string' ? imageTokens(data, scale) : scale.maxImageTokens;
}

function documentTokens(walk: TokenWalk, { title, context, source }: Fields): number {
  return BLOCK_TOKENS + ofText(walk, title) + ofText(walk, context) + documentSourceTokens(walk, source);
}

function documentSourceTokens(walk: TokenWalk, source: unknown): number {
  const { type, data, content }: Fields = isFields(source) ? source : {};
  if (type === 'text') return ofText(walk, data);
  if (type === 'content') return contentTokens(walk, content);
  return PAGE_TOKENS * (type === 'base64' && typeof data === 'string' ? pagesOf(data) : UNSEEN_PAGES);
}

function pagesOf(base64: string): number {
  return Math.max(1, Math.ceil((base64.length * 3) / 4 / BYTES_PER_PAGE));
}
