import { AsyncLocalStorage } from 'node:async_hooks';
import type { CallingWork } from './calling-work.js';
import { mergeContext, type CallContext } from './context.js';

/** What a call is made in. */
export interface Surroundings {
  readonly context: CallContext;
  /** The innermost piece of work that wants to hear of the call; `null` for none. */
  readonly work: CallingWork | null;
}

/**
 * The context that surrounds a piece of work, e.g. one incoming request, so that calls made within are attributed without
 * passing anything along. It costs nothing until it is first used.
 */
export class AmbientContext {
  #storage: AsyncLocalStorage<Surroundings> | null = null;
  readonly #base: Surroundings;

  constructor(base: CallContext) {
    this.#base = { context: base, work: null };
  }

  /** What holds for a call made here and now. */
  current(): Surroundings {
    return this.#storage?.getStore() ?? this.#base;
  }

  /**
   * Runs a function, and everything it starts, within a context on top of the surrounding one.
   *
   * @param work Hears of the calls in it. Default: whoever does here and now.
   */
  run<T>(context: CallContext, fn: () => T, work?: CallingWork): T {
    const around = this.current();
    const within = { context: mergeContext(around.context, context), work: work ?? around.work };
    this.#storage ??= new AsyncLocalStorage();
    return this.#storage.run(within, fn);
  }
}
