import type { Awaitable } from '../admission/admission-store.js';
import { checkUsedLimits, type UsedLimits } from './limit-request.js';
import type { LimitAmounts } from './limit-pool.js';

/** What was granted to work of one's own. It holds its claims until it is settled, or until it expires. */
export class RateLimitLease {
  readonly #settle: (used: LimitAmounts) => Awaitable<void>;
  #isSettled = false;

  /** Internal: leases come from `RateLimiterService.acquire()`. */
  constructor(
    readonly domain: string,
    readonly modelClass: string,
    /** What it was granted. */
    readonly claimed: Required<LimitAmounts>,
    settle: (used: LimitAmounts) => Awaitable<void>,
  ) {
    this.#settle = settle;
  }

  /** Whether it holds its claims no longer. */
  get isSettled(): boolean {
    return this.#isSettled;
  }

  /**
   * Replaces what was claimed by what was used. Only the first settlement counts.
   *
   * @param used What is left out was used as claimed.
   * @throws InvalidOptionsError for amounts that are no numbers of at least 0; it is then still to be settled.
   */
  async settle(used: UsedLimits = {}): Promise<void> {
    checkUsedLimits(used, 'settle');
    if (this.#isSettled) return;
    this.#isSettled = true;
    const { requests, inputTokens, outputTokens } = this.claimed;
    await this.#settle({
      requests: used.requests ?? requests,
      inputTokens: used.inputTokens ?? inputTokens,
      outputTokens: used.outputTokens ?? outputTokens,
    });
  }

  /** Gives everything back, unused. */
  async release(): Promise<void> {
    await this.settle({ requests: 0, inputTokens: 0, outputTokens: 0 });
  }
}
