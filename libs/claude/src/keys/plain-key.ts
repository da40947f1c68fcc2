import type { KeySupply, SupplyListener } from './key-supply.js';
import { LiveKey } from './live-key.js';

/** A key that was given as a value and stays what it is. */
export class PlainKey implements KeySupply {
  readonly name = 'value';
  readonly held: LiveKey;
  readonly fetchedAtMs = null;
  readonly endsAtMs = null;
  readonly lastFailure = null;

  constructor(value: string, listener: SupplyListener) {
    this.held = new LiveKey(value, undefined);
    listener.changed(this.held, null);
  }

  take(): LiveKey {
    return this.held;
  }

  renew(): null {
    return null;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
