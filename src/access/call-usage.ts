import type { CallRecord, ClaudeModuleOptions, Stage } from 'nestjs-claude';

/** Tokens that a limit a minute counts, as the API counts them: what is read from the cache is free. */
export interface CountedTokens {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** Is told what a call has used once it is over, retries included. */
export type UsageListener = (used: CountedTokens) => void;

/** Finds out which call was made for a request, and what it used. A request is known by the signal that ends with it. */
export class CallUsage {
  readonly #requests = new WeakMap<AbortSignal, UsageListener>();
  /** By id of the call. */
  readonly #calls = new Map<string, UsageListener>();

  /** The options of the module, with the stage that notices calls as they begin. */
  in(claude: ClaudeModuleOptions): ClaudeModuleOptions {
    return { ...claude, stages: [{ before: 'sanitize', use: this.#notice }, ...(claude.stages ?? [])] };
  }

  /** Hears of the call that is about to be made with this signal. */
  follow(signal: AbortSignal, listener: UsageListener): void {
    this.#requests.set(signal, listener);
  }

  /** Whether no call has been made with it, so that none will be heard of. */
  forget(signal: AbortSignal): boolean {
    return this.#requests.delete(signal);
  }

  /** A call is over. */
  ended({ id, attempts }: CallRecord): void {
    const listener = this.#calls.get(id);
    if (listener === undefined) return;
    this.#calls.delete(id);
    listener(countedOf(attempts));
  }

  readonly #notice: Stage = (call, next) => {
    const { signal } = call.context;
    const listener = signal && this.#requests.get(signal);
    if (signal && listener) {
      this.#requests.delete(signal);
      this.#calls.set(call.id, listener);
    }
    return next(call);
  };
}

function countedOf(attempts: CallRecord['attempts']): CountedTokens {
  const usages = attempts.flatMap(({ usage }) => (usage === null ? [] : [usage]));
  return {
    inputTokens: usages.reduce(
      (sum, use) => sum + use.inputTokens + use.cacheWrite5mTokens + use.cacheWrite1hTokens,
      0,
    ),
    outputTokens: usages.reduce((sum, { outputTokens }) => sum + outputTokens, 0),
  };
}
