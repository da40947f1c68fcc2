import type { CallRecord } from './record.js';

/** A piece of work, e.g. the handler of a request, that hears of the calls made within it. */
export interface CallingWork {
  callBegan(): void;
  /** Once for each that began, possibly after the work itself is done. */
  callEnded(record: CallRecord): void;
}
