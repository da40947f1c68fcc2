import { isClaudeError } from '../errors/claude-error.js';
import type { Awaitable } from './admission-store.js';
import type { OutagePolicy } from './store-outage.options.js';

/** What a store was asked; `null` where it does not answer and calls go on without it. */
export async function unlessAway<T>(answer: Awaitable<T>, policy: OutagePolicy): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (policy === 'open' && isClaudeError(error, 'store_unavailable')) return null;
    throw error;
  }
}
