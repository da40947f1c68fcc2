import type { Lease } from './admission-store.js';
import type { WaitOutcome } from './waiting.js';

/** Hands what a wait ends with to whoever awaits it. */
export class AwaitedLease implements WaitOutcome {
  /** What it gets in the end; rejects with why not. */
  readonly lease: Promise<Lease>;
  granted: (lease: Lease) => void = noop;
  refused: (error: unknown) => void = noop;

  constructor() {
    this.lease = new Promise((resolve, reject) => {
      this.granted = resolve;
      this.refused = reject;
    });
  }
}

function noop(): void {
  // Replaced before anybody can call it.
}
