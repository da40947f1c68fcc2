import { isFields, type Fields } from '../call/token-walk.js';

/** The entries of a list that are objects; none for what is no list. */
export function objectsIn(list: unknown): readonly Fields[] {
  return Array.isArray(list) ? list.filter(isFields) : [];
}

/** The text of content in any of its forms, one block a line. */
export function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  const texts = objectsIn(content).map(({ type, text }) => (type === 'text' && typeof text === 'string' ? text : ''));
  return texts.filter((text) => text !== '').join('\n');
}

/** The types of all blocks of all messages, what tools returned included. */
export function blockTypesIn(messages: unknown): ReadonlySet<unknown> {
  const types = new Set<unknown>();
  for (const { content } of objectsIn(messages)) {
    for (const block of objectsIn(content)) {
      types.add(block['type']);
      for (const inner of objectsIn(block['content'])) types.add(inner['type']);
    }
  }
  return types;
}
