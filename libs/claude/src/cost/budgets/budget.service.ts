import { Inject, Injectable } from '@nestjs/common';
import type { Observable } from 'rxjs';
import type { Observation } from '../../admission/admission-store.js';
import type { Standing } from '../../admission/meter.js';
import { unlessAway } from '../../admission/unless-away.js';
import { kindOf, type CallContext } from '../../call/context.js';
import type { ClaudeRuntime } from '../../claude.runtime.js';
import { CLAUDE_RUNTIME } from '../../claude.tokens.js';
import { InvalidOptionsError } from '../../errors/errors.js';
import type { BudgetExceededError } from '../../errors/refusals.js';
import { nanoToUsd } from '../pricing/money.js';
import { nameIn, spentOf, type BudgetAccount, type BudgetAccounts } from './budget-account.js';
import type { BudgetEvent } from './budget.events.js';
import { EACH, type BudgetMode, type BudgetScope } from './budget.options.js';
import { budgetExceeded, type Budgets } from './budgets.js';
import { exactNanoUsd } from './exact-nano-usd.js';

/** How a budget stands, in US dollars. */
export interface BudgetStatus {
  readonly name: string;
  readonly scope: BudgetScope;
  /** Whose it is, where each has one; '' where it is everybody's. */
  readonly who: string;
  readonly mode: BudgetMode;
  /** With what it was topped up by. */
  readonly limitUsd: number;
  readonly spentUsd: number;
  /** The most that calls under way can cost. */
  readonly reservedUsd: number;
  /** What is neither spent nor reserved; below 0 where a budget that stops nothing is overspent. */
  readonly remainingUsd: number;
  /** Wall-clock milliseconds at which its stretch is over; `null` for one that moves on with time. */
  readonly resetsAtMs: number | null;
}

/** A call that is to be made. */
export interface BudgetRequest {
  /** Who makes it. Default: nobody in particular. */
  readonly context?: CallContext;
  /** The model it will ask. Left out, budgets of models are not looked at. */
  readonly model?: string;
  /** The least that must be left, in US dollars. Default: anything above 0. */
  readonly leastUsd?: number;
}

/** The budgets of this module instance. */
@Injectable()
export class BudgetService {
  /** Internal: what tells its tokens from those of other services. */
  static readonly tokenKey = 'budgets';

  /** Thresholds that are crossed, and calls that do not fit. Hot: a subscriber sees what happens after it subscribed. */
  readonly events: Observable<BudgetEvent>;

  readonly #runtime: ClaudeRuntime;

  constructor(@Inject(CLAUDE_RUNTIME) runtime: object) {
    this.#runtime = runtime as ClaudeRuntime;
    this.events = this.#runtime.costs.budgetEvents.asObservable();
  }

  /** How all budgets stand; of those that each has one of, the 10,000 that paid for calls last, as far as this process knows. */
  async list(): Promise<readonly BudgetStatus[]> {
    const wallMs = this.#runtime.clock.wall();
    const accounts = this.#budgets.accounts.flatMap((each) => each.known(wallMs));
    const standings = await this.#budgets.standings(accounts);
    return accounts.map((account, index) => statusOf(account, standings[index]));
  }

  /**
   * How one budget stands.
   *
   * @param who Whose, for a budget that each has one of.
   * @throws InvalidOptionsError for a name that no budget has, or without `who` where it takes one.
   */
  async get(name: string, who?: string): Promise<BudgetStatus> {
    const account = this.#account(name, who);
    const [standing] = await this.#budgets.standings([account]);
    return statusOf(account, standing);
  }

  /**
   * Lets so much more be spent, until its stretch is over: of one that moves on, for as long as it lasts.
   *
   * @param usd US dollars above 0, in whole nano-dollars.
   * @throws InvalidOptionsError as `get` does, and for an amount that is none.
   */
  async topUp(name: string, usd: number, who?: string): Promise<void> {
    const credit = typeof usd === 'number' ? exactNanoUsd(usd) : null;
    if (credit === null || credit === 0) {
      throw new InvalidOptionsError(
        `The amount of topUp() must be a number of US dollars above 0 with at most nine decimals, not ${kindOf(usd)}.`,
      );
    }
    await this.#change(name, who, { credit });
  }

  /** Forgets what was spent, and what it was topped up by. What calls under way have reserved stays reserved. */
  async reset(name: string, who?: string): Promise<void> {
    await this.#change(name, who, { reset: true });
  }

  /** What a call would be refused with if it were made now; `null` if hard budgets have anything left for it. Reserves nothing. */
  async refusal({ context = {}, model, leastUsd = 0 }: BudgetRequest = {}): Promise<BudgetExceededError | null> {
    const budgets = this.#budgets;
    const accounts = budgets
      .accountsOf({ context, model: model ?? null, key: this.#keyOf(context) })
      .filter(({ budget }) => budget.mode === 'hard');
    if (accounts.length === 0) return null;
    const standings = await unlessAway(budgets.standings(accounts), this.#runtime.settings.storeOutage.hardBudgets);
    if (standings === null) return null;
    for (const [index, account] of accounts.entries()) {
      const standing = standings[index];
      if (standing === undefined || (standing.level > 0 && nanoToUsd(standing.level) >= leastUsd)) continue;
      return budgetExceeded(account, standing, budgets.retryAfterMs(account, earliestMs(account, standing)));
    }
    return null;
  }

  /** Which endpoint's key will pay is only known where there is one, or it is named. */
  #keyOf({ endpoint }: CallContext): string | null {
    const { endpoints } = this.#runtime.pool;
    return endpoint ?? (endpoints.length === 1 ? endpoints[0].name : null);
  }

  get #budgets(): Budgets {
    return this.#runtime.budgets;
  }

  async #change(name: string, who: string | undefined, change: Omit<Observation, 'meter'>): Promise<void> {
    const account = this.#account(name, who);
    await this.#runtime.store.observe([{ meter: account.meter, ...change }]);
    this.#budgets.settled([account]);
  }

  #account(name: string, who: string | undefined): BudgetAccount {
    const accounts = this.#budgets.accounts.find(({ budget }) => budget.name === name);
    if (accounts === undefined) {
      const known = this.#budgets.accounts.map(({ budget }) => `"${budget.name}"`).join(', ') || 'none';
      throw new InvalidOptionsError(`No budget has the name that was given. Those of \`cost.budgets\` are: ${known}.`);
    }
    return accounts.account(this.#whose(accounts, who), this.#runtime.clock.wall());
  }

  #whose({ budget }: BudgetAccounts, who: string | undefined): string {
    const name = nameIn(budget.scope);
    if (name !== EACH) return name;
    if (typeof who === 'string' && who !== '') return who;
    throw new InvalidOptionsError(`Each has a budget "${budget.name}" of its own: say whose, not ${kindOf(who)}.`);
  }
}

/** When a stretch that moves on may have something left at the earliest: when the next slice is over. */
function earliestMs({ budget: { window } }: BudgetAccount, { limit }: Standing): number | null {
  return window.kind === 'rolling' && limit > 0 ? window.sliceMs : null;
}

function statusOf({ budget, who, endsAtMs }: BudgetAccount, standing: Standing | undefined): BudgetStatus {
  if (standing === undefined) throw new TypeError('A store must tell how each meter stands.');
  const { name, scope, mode } = budget;
  return {
    name,
    scope,
    who: nameIn(scope) === EACH ? who : '',
    mode,
    limitUsd: nanoToUsd(standing.limit),
    spentUsd: nanoToUsd(spentOf(standing)),
    reservedUsd: nanoToUsd(standing.outstanding),
    remainingUsd: nanoToUsd(standing.level),
    resetsAtMs: endsAtMs,
  };
}
