import { contentTokens } from './content-tokens.js';
import { tokenScaleOf } from './token-scale.js';
import { isFields, ofEach, ofJson, startTokenWalk, type Fields, type TokenWalk } from './token-walk.js';

/** What marks off a message from the next; a one-line system prompt and "Hello, Claude" are 14 tokens together. */
const MESSAGE_TOKENS = 4;

/** A tool or toolset of Anthropic's own, whose definition is not in the request. */
const BUILT_IN_TOOL_TOKENS = 400;

/** An MCP server, whose tools are not in the request. */
const MCP_SERVER_TOKENS = 1_000;

/**
 * A guess at the total input of a Messages request in tokens, cached or not, high rather than low: block by block, text as
 * its length and a sample of it tell, images by their size, PDFs by their bytes ("Vision", "PDF support", "Tool use" in the
 * Anthropic API docs). Takes time by the number of blocks and fields, not by the length of texts.
 *
 * @param params Params of the SDK's method, or the parsed body; anything else counts 0. Never throws.
 * @param model The model that will be asked: newer ones make more tokens of the same content.
 */
export function estimateRequestTokens(params: unknown, model: string | null): number {
  if (!isFields(params)) return 0;
  try {
    return Math.ceil(requestTokens(startTokenWalk(tokenScaleOf(model)), params));
  } catch {
    // Only a getter or proxy of the caller's can throw, and it would when the request is encoded, too.
    return 0;
  }
}

function requestTokens(walk: TokenWalk, params: Fields): number {
  return (
    contentTokens(walk, params['system']) +
    ofEach(walk, params['messages'], messageTokens) +
    toolsTokens(walk, params['tools']) +
    ofEach(walk, params['mcp_servers'], mcpServerTokens) +
    formatTokens(walk, params['output_config']) +
    ofJson(walk, params['output_format'])
  );
}

function messageTokens(walk: TokenWalk, message: unknown): number {
  return isFields(message) ? MESSAGE_TOKENS + contentTokens(walk, message['content']) : 0;
}

function toolsTokens(walk: TokenWalk, tools: unknown): number {
  const tokens = ofEach(walk, tools, toolTokens);
  return tokens > 0 ? walk.scale.toolUseTokens + tokens : 0;
}

/** A deferred tool costs nothing until the model has found it. */
function toolTokens(walk: TokenWalk, tool: unknown): number {
  if (!isFields(tool) || tool['defer_loading'] === true) return 0;
  const isBuiltIn = typeof tool['type'] === 'string' && tool['type'] !== 'custom';
  return ofJson(walk, tool) + (isBuiltIn ? BUILT_IN_TOOL_TOKENS : 0);
}

function mcpServerTokens(): number {
  return MCP_SERVER_TOKENS;
}

function formatTokens(walk: TokenWalk, outputConfig: unknown): number {
  return isFields(outputConfig) ? ofJson(walk, outputConfig['format']) : 0;
}
