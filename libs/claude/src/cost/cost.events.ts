import type { InvalidOptionsError } from '../errors/errors.js';
import type { LedgerEvent } from './ledger/usage-ledger.js';
import type { SinkEvent } from './ledger/usage-sink.js';

/** What happens to the keeping of costs, apart from the records of calls. */
export type CostEvent =
  /** The price file has changed, and its prices are in force. `version` is that of the list it holds. */
  | { readonly type: 'price-file-loaded'; readonly version: string }
  /** The price file has changed and cannot be used: the prices read before stay in force. Once for each change. */
  | { readonly type: 'price-file-rejected'; readonly error: InvalidOptionsError }
  | LedgerEvent
  | SinkEvent;
