import type { CircuitKey } from './circuit-key.js';
import type { CircuitRefusal } from './circuit-refusal.js';
import type { CircuitSnapshot } from './circuit-snapshot.js';
import type { CircuitRegistry } from './circuit.registry.js';

/** A circuit to look at. Looking changes nothing, and makes no circuit that is not there. */
export class CircuitReader {
  constructor(
    private readonly registry: CircuitRegistry,
    readonly key: CircuitKey,
  ) {}

  get state(): CircuitSnapshot['state'] {
    return this.snapshot().state;
  }

  snapshot(): CircuitSnapshot {
    return this.registry.look(this.key).snapshot();
  }

  /** Why a call would be refused now, or `null` if it would be let through. Always `null` in shadow mode. */
  refusal(): CircuitRefusal | null {
    return this.registry.find(this.key)?.refusal() ?? null;
  }
}

/** A circuit to act on by hand. Calls under way when it is used no longer count for the circuit. */
export class CircuitController {
  constructor(
    private readonly registry: CircuitRegistry,
    readonly key: CircuitKey,
  ) {}

  /** Refuses every call from now on, until it is closed or reset. In shadow mode it only reports. */
  isolate(): void {
    this.registry.obtain(this.key).isolate();
  }

  /** Lets calls through again. Its next opening is as long as it would have been. */
  close(): void {
    this.registry.obtain(this.key).close();
  }

  /** Makes it as new: closed, with no call counted and the shortest open time before it. */
  reset(): void {
    this.registry.obtain(this.key).reset();
  }
}
