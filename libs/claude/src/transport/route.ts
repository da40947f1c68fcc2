import type { Dispatcher } from 'undici';
import type { Exchange } from './exchange.js';

/** How a request gets to undici, and what the owner of its connections wants to know of it. */
export interface Route {
  send(options: Dispatcher.DispatchOptions, exchange: Exchange): void;
  /** Where to send once more what failed before any answer; undefined when it must not be sent again. */
  again?(error: Error, elapsedMs: number): Pick<Route, 'send'> | undefined;
  done(): void;
}
