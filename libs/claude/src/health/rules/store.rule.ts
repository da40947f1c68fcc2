import type { BoundedStore } from '../../admission/bounded-store.js';
import type { StoreHealth } from '../health-report.js';

const MEMORY: StoreHealth = Object.freeze({ status: 'up', kind: 'memory', mode: null, failures: 0 });

/**
 * Whether the store answers. One that does not asks itself whether it is back: where no call is let in, none would notice.
 *
 * @param store `null` for this process's memory.
 * @param refusesWithout Whether calls are refused while it does not answer.
 */
export function storeHealth(store: BoundedStore | null, refusesWithout: boolean): StoreHealth {
  if (store === null) return MEMORY;
  const { isFailing, failures, mode } = store.stats;
  if (!isFailing) return { status: 'up', kind: 'own', mode, failures };
  return { status: refusesWithout ? 'down' : 'degraded', kind: 'own', mode, failures };
}
