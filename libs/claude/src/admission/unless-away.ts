import { isClaudeError } from '../errors/claude-error.js';
import type { Awaitable } from './admission-store.js';
import type { OutageLimits } from './store-outage.options.js';

/** What a store was asked; `null` where it does not answer and calls go on without it. */
export async function unlessAway<T>(answer: Awaitable<T>, policy: OutageLimits): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (policy !== 'closed' && isClaudeError(error, 'store_unavailable')) return null;
    throw error;
  }
}
