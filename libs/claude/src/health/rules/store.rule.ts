import type { BoundedStore } from '../../admission/bounded-store.js';
import type { SlotMeter } from '../../admission/meter.js';
import { offPath } from '../../admission/lease-keeper.js';
import type { StoreHealth } from '../health-report.js';

const MEMORY: StoreHealth = Object.freeze({ status: 'up', kind: 'memory', failures: 0 });

/** A meter to ask about that no call has: what is said of it does not matter, only that something is. */
const ASKED_ABOUT: SlotMeter = Object.freeze({ kind: 'slots', key: 'health', label: 'health', limit: Infinity });

/** Whether the store answers. */
export class StoreRule {
  #isAsking = false;

  /**
   * @param store `null` for this process's memory.
   * @param refusesWithout Whether calls are refused while it does not answer.
   */
  constructor(
    private readonly store: BoundedStore | null,
    private readonly refusesWithout: boolean,
  ) {}

  look(): StoreHealth {
    if (this.store === null) return MEMORY;
    const { isFailing, failures } = this.store.stats;
    if (!isFailing) return { status: 'up', kind: 'own', failures };
    this.#ask(this.store);
    return { status: this.refusesWithout ? 'down' : 'degraded', kind: 'own', failures };
  }

  /** Where no call is let in, none would notice that the store is back. It is left alone as it is by calls. */
  #ask(store: BoundedStore): void {
    if (this.#isAsking) return;
    this.#isAsking = true;
    const asked = (): void => void (this.#isAsking = false);
    offPath(() => store.standing([ASKED_ABOUT]).then(asked, asked));
  }
}
