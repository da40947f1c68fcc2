/** The text of a message of the Messages API, block by block: images, documents, tools and thinking are none. */
export function messageText(message: unknown): string {
  const content = (message as { readonly content?: unknown } | null | undefined)?.content;
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((block) => (block as { readonly text?: unknown } | null)?.text)
    .filter((text) => typeof text === 'string')
    .join(' ');
}
