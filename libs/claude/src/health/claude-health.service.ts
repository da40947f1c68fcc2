import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { ClaudeRuntime } from '../claude.runtime.js';
import { CLAUDE_RUNTIME } from '../claude.tokens.js';
import { checkHealthRules } from '../config/check-health-rules.js';
import { HealthCheck } from './health-check.js';
import type { ClaudeHealth } from './health-report.js';
import type { HealthRuleOptions } from './health.options.js';
import { Lifecycle } from './lifecycle.js';

/** How this module instance is, told from what calls have shown lately; and the first step of its shutdown. */
@Injectable()
export class ClaudeHealthService implements OnApplicationBootstrap, OnModuleDestroy {
  /** Internal: what tells its tokens from those of other services. */
  static readonly tokenKey = 'health';

  readonly #runtime: ClaudeRuntime;
  readonly #lifecycle: Lifecycle;
  readonly #check: HealthCheck;

  constructor(@Inject(CLAUDE_RUNTIME) runtime: object) {
    this.#runtime = runtime as ClaudeRuntime;
    this.#lifecycle = new Lifecycle(this.#runtime.settings.health.drainDelayMs, this.#runtime.clock);
    this.#check = new HealthCheck(this.#runtime);
  }

  /**
   * How it is now. Takes microseconds and makes no request; what a shared store says of limits and budgets may be a moment
   * old. With `health.probe` a request is begun when one is due, and its outcome told later.
   *
   * @param options Rules for this once, in place of those of the module's `health` options.
   * @throws InvalidOptionsError for a rule that there is not.
   */
  check(options?: HealthRuleOptions): ClaudeHealth {
    const rules = options === undefined ? {} : checkHealthRules(options);
    return this.#check.look(this.#runtime.liveCalls.closed ? 'draining' : this.#lifecycle.phase, rules);
  }

  /**
   * Goes out of service for good: it is `down` from now on, while calls are still let in for `health.drainDelayMs`. A
   * shutdown begins with it, so it is only for those who begin one by other means than Nest's.
   *
   * @returns When the delay is over.
   */
  drain(): Promise<void> {
    return this.#lifecycle.drain();
  }

  onApplicationBootstrap(): void {
    this.#lifecycle.started();
  }

  async onModuleDestroy(): Promise<void> {
    await this.drain();
    // The probe must not be what a shutdown waits for.
    this.#check.close();
  }
}
