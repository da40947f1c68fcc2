import type { Subject } from 'rxjs';
import type { AdmissionStore } from './admission/admission-store.js';
import { BoundedStore } from './admission/bounded-store.js';
import { offPath } from './admission/lease-keeper.js';
import type { SlotMeter } from './admission/meter.js';
import type { StoreEvent } from './admission/store.events.js';
import type { Clock } from './call/clock.js';
import type { CircuitSettings } from './circuit/circuit.options.js';
import { SharedOpenings, type OpeningBoard } from './circuit/shared-openings.js';
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

/** Openings of circuits that all who share a store hear of; `null` where each goes by its own. */
export function sharedOpeningsOf(
  { shareOpenings }: CircuitSettings,
  store: AdmissionStore,
  clock: Clock,
): SharedOpenings | null {
  return shareOpenings ? new SharedOpenings(boardIn(store), clock) : null;
}

/** Openings of circuits as closings of meters, which the store opens again by itself. */
function boardIn(store: AdmissionStore): OpeningBoard {
  return {
    tell: (circuit, openForMs) =>
      offPath(() => store.observe([{ meter: meterOf(circuit), closed: { forMs: openForMs, by: 'retry-after' } }])),
    ask: async (circuit) => {
      const [standing] = await store.standing([meterOf(circuit)]);
      return standing?.closedForMs ?? 0;
    },
  };
}

function meterOf(circuit: string): SlotMeter {
  return { kind: 'slots', key: `circuits/${circuit}`, label: `circuit ${circuit}`, limit: Infinity };
}
