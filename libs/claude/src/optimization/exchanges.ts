import type { Fields } from '../call/token-walk.js';
import { objectsIn } from './content.js';

/**
 * Cuts a conversation into turns that can stand alone: each begins with a question of the user's, and goes on to the next
 * one. Calls of tools and their results are in the same turn, so roles stay valid and pairs whole whichever are left out.
 *
 * @returns For each turn where it begins; the first at 0.
 */
export function turnStarts(messages: readonly Fields[]): readonly number[] {
  const starts = [0];
  let previous: unknown = messages[0]?.['role'];
  for (const [index, message] of messages.entries()) {
    const { role } = message;
    if (index > 0 && role === 'user' && previous === 'assistant' && !answersTools(message)) starts.push(index);
    // System messages stand between turns, not in their order.
    if (role !== 'system') previous = role;
  }
  return starts;
}

function answersTools({ content }: Fields): boolean {
  return objectsIn(content).some(({ type }) => typeof type === 'string' && type.endsWith('tool_result'));
}
