/** Searches taken for what a web search tool may make if it sets no `max_uses`. */
const SEARCHES_WITHOUT_LIMIT = 10;

/** How many web searches the tools of a request may make ("Web search tool" in the Anthropic API docs). */
export function searchesOf(tools: unknown): number {
  if (!Array.isArray(tools)) return 0;
  return (tools as readonly unknown[]).reduce<number>((sum, tool) => sum + usesOf(tool), 0);
}

function usesOf(tool: unknown): number {
  if (typeof tool !== 'object' || tool === null || !('type' in tool)) return 0;
  if (typeof tool.type !== 'string' || !tool.type.startsWith('web_search_')) return 0;
  const uses = 'max_uses' in tool ? tool.max_uses : undefined;
  return typeof uses === 'number' && uses >= 0 && uses < Infinity ? uses : SEARCHES_WITHOUT_LIMIT;
}
