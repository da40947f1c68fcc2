import type { Clock } from '../call/clock.js';
import type { RetryBudgetSettings } from './retry.options.js';

/**
 * What retries may still be made in one limit domain. What they cost in sum is at most `maxTokens + tokensPerCall x calls +
 * tokensPerMinute x minutes`, whatever fails and however often.
 */
export class RetryBudget {
  #tokens: number;
  #refilledAt: number;

  constructor(
    private readonly settings: RetryBudgetSettings,
    private readonly clock: Clock,
  ) {
    this.#tokens = settings.maxTokens;
    this.#refilledAt = clock.now();
  }

  /** A call makes its first attempt. */
  deposit(): void {
    this.#add(this.settings.tokensPerCall);
  }

  /** Takes a retry's cost, or nothing when there is too little left. */
  trySpend(cost: number): boolean {
    const now = this.clock.now();
    this.#add(((now - this.#refilledAt) / 60_000) * this.settings.tokensPerMinute);
    this.#refilledAt = now;
    if (this.#tokens < cost) return false;
    this.#tokens -= cost;
    return true;
  }

  #add(tokens: number): void {
    this.#tokens = Math.min(this.settings.maxTokens, this.#tokens + tokens);
  }
}

/** The budget of each limit domain. Domains are configured, so there are few. */
export class RetryBudgets {
  readonly #budgets = new Map<string, RetryBudget>();

  constructor(
    private readonly settings: RetryBudgetSettings,
    private readonly clock: Clock,
  ) {}

  of(limitDomain: string): RetryBudget {
    let budget = this.#budgets.get(limitDomain);
    if (budget === undefined) {
      budget = new RetryBudget(this.settings, this.clock);
      this.#budgets.set(limitDomain, budget);
    }
    return budget;
  }
}
