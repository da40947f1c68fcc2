import { BoundedStore } from './admission/bounded-store.js';
import type { StoreEvent } from './admission/store.events.js';
import type { Clock } from './call/clock.js';
import type { ClaudeSettings } from './config/settings.js';

/** The user's store with bounds on its time; `null` for memory, which answers at once. */
export function boundedStoreOf(
  { store, storeOutage, rateLimit }: ClaudeSettings,
  clock: Clock,
  tell: (event: StoreEvent) => void,
): BoundedStore | null {
  if (store === null) return null;
  const stopsNobody = rateLimit !== false && rateLimit.mode === 'shadow';
  return new BoundedStore(store, stopsNobody ? { ...storeOutage, limits: 'open' } : storeOutage, clock, tell);
}
