import type { Subject } from 'rxjs';
import { BoundedStore } from './admission/bounded-store.js';
import type { StoreEvent } from './admission/store.events.js';
import type { Clock } from './call/clock.js';
import type { ClaudeSettings } from './config/settings.js';
import type { Observers } from './observability/observers.js';

/** The store of the user's, which may not answer at once; `null` for memory, which does. */
export function boundedStoreOf(
  { store, storeOutage, rateLimit }: ClaudeSettings,
  clock: Clock,
  events: Subject<StoreEvent>,
  waits: Observers<number>,
): BoundedStore | null {
  if (store === null) return null;
  const stopsNobody = rateLimit !== false && rateLimit.mode === 'shadow';
  const outage = stopsNobody ? { ...storeOutage, limits: 'open' as const } : storeOutage;
  return new BoundedStore(
    store,
    outage,
    clock,
    (event) => events.next(event),
    (ms) => waits.tell(ms),
  );
}
