import { AsyncLocalStorage } from 'node:async_hooks';
import { mergeContext, type CallContext } from './context.js';

/**
 * The context that surrounds a piece of work, e.g. one incoming request, so that calls made within are attributed without
 * passing anything along. It costs nothing until it is first used.
 */
export class AmbientContext {
  #storage: AsyncLocalStorage<CallContext> | null = null;

  constructor(private readonly base: CallContext) {}

  /** What holds for a call made here and now. */
  current(): CallContext {
    return this.#storage?.getStore() ?? this.base;
  }

  /** Runs a function, and everything it starts, within a context on top of the surrounding one. */
  run<T>(context: CallContext, fn: () => T): T {
    const merged = mergeContext(this.current(), context);
    this.#storage ??= new AsyncLocalStorage();
    return this.#storage.run(merged, fn);
  }
}
