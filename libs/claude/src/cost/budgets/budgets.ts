import type { AdmissionStore, Awaitable, Denial } from '../../admission/admission-store.js';
import type { AskOf } from '../../admission/admit.stage.js';
import type { AttemptAsk } from '../../admission/attempt-ask.js';
import { offPath } from '../../admission/lease-keeper.js';
import type { Standing } from '../../admission/meter.js';
import { isPending, Turnstile } from '../../admission/turnstile.js';
import { UsedShares } from '../../admission/used-shares.js';
import { WaitingLine } from '../../admission/waiting-line.js';
import type { Call } from '../../call/call.js';
import type { Clock } from '../../call/clock.js';
import { createsBatch } from '../../call/operations/operation.js';
import { BudgetExceededError } from '../../errors/refusals.js';
import { nanoToUsd } from '../pricing/money.js';
import { fieldsOf } from '../pricing/planned-hops.js';
import type { Prices } from '../pricing/prices.js';
import { BudgetAccounts, type BudgetAccount, type Payer } from './budget-account.js';
import { BudgetAlerts } from './budget-alerts.js';
import { JointMeters } from './joint-meters.js';
import { BudgetedAsk, type BudgetKeeper } from './budgeted-ask.js';
import { ChargePlanner, type BudgetCharge } from './charge-planner.js';
import type { BudgetEvent } from './budget.events.js';
import type { OnShortfall, ResolvedBudget } from './budget.options.js';

/** What budgets are made of. */
export interface BudgetsOptions {
  readonly budgets: readonly ResolvedBudget[];
  readonly store: AdmissionStore;
  readonly clock: Clock;
  readonly prices: Prices;
  /** How many tokens an input is thought to have, by how many were counted in it. */
  readonly correctInput: (countedTokens: number, model: string | null) => number;
  readonly tell: (event: BudgetEvent) => void;
}

/** The budgets of one module instance: who pays for a call, and what becomes of one that they cannot pay for. */
export class Budgets implements BudgetKeeper {
  readonly accounts: readonly BudgetAccounts[];
  readonly planner: ChargePlanner;
  readonly #alerts: BudgetAlerts;
  readonly #line: WaitingLine;
  readonly #meters = new JointMeters();
  readonly #batchCharges = new WeakMap<Call, readonly BudgetCharge[]>();

  constructor(readonly options: BudgetsOptions) {
    const { budgets, store, clock, prices, correctInput, tell } = options;
    this.planner = new ChargePlanner({ prices, clock, correctInput, accountsOf: (payer) => this.accountsOf(payer) });
    this.accounts = budgets.map((budget) => new BudgetAccounts(budget));
    this.#alerts = new BudgetAlerts(clock, tell);
    this.#line = new WaitingLine({
      turnstile: new Turnstile(store),
      clock,
      maxLength: 0,
      agingMs: 0,
      fair: false,
      dimensions: 0,
      shares: new UsedShares(0),
    });
  }

  /** What attempts ask for: of their limits, and of the budgets that pay for them. */
  askOf(limitsOf: AskOf): AskOf {
    return (call) => {
      const limits = limitsOf(call);
      return isPending(limits) ? limits.then((late) => this.#joint(call, late)) : this.#joint(call, limits);
    };
  }

  /** The accounts that pay for a call. */
  accountsOf(payer: Payer): readonly BudgetAccount[] {
    const wallMs = this.options.clock.wall();
    const accounts: BudgetAccount[] = [];
    for (const each of this.accounts) {
      const account = each.of(payer, wallMs);
      if (account !== null) accounts.push(account);
    }
    return accounts;
  }

  /** What is left of accounts, and whether a threshold was crossed. */
  standings(accounts: readonly BudgetAccount[]): Awaitable<readonly Standing[]> {
    return this.options.store.standing(accounts.map(({ meter }) => meter));
  }

  /** In shadow mode a call is made, and what would have become of it is told. */
  granted(call: Call, accounts: readonly BudgetAccount[]): void {
    const shadows = accounts.filter(({ budget }) => budget.mode === 'shadow');
    if (shadows.length === 0) return;
    this.#offPath(shadows, (account, { level }) => {
      if (level < 0) this.#tellShort(call, account, 'would-refuse');
    });
  }

  /** @param spentNanoUsd Of each account, at the most. Default: nobody knows how much. */
  settled(accounts: readonly BudgetAccount[], spentNanoUsd = Infinity): void {
    const due = accounts.filter((account) => this.#alerts.isDue(account, spentNanoUsd));
    if (due.length > 0) this.#offPath(due, (account, standing) => this.#alerts.look(account, standing));
  }

  /** @throws BudgetExceededError where the call cannot ask for less, or may not. */
  relent(call: Call, accounts: readonly BudgetAccount[], { meter, standings, waitMs }: Denial): void {
    const account = accounts.find((each) => each.meter.key === meter.key);
    const standing = standings.find((each) => each.meter.key === meter.key);
    if (account === undefined || standing === undefined) throw new TypeError('A denial names a meter nobody asked.');
    const action = this.#lessen(call, account.budget.onShortfall, standing);
    this.#tellShort(call, account, action ?? 'refused');
    if (action === null) throw budgetExceeded(account, standing, this.retryAfterMs(account, waitMs));
  }

  /** Milliseconds until more can be spent; `undefined` where no time helps by itself. */
  retryAfterMs({ endsAtMs }: BudgetAccount, waitMs: number | null): number | undefined {
    return endsAtMs === null ? (waitMs ?? undefined) : Math.max(0, endsAtMs - this.options.clock.wall());
  }

  /** What is charged for a message batch until its results are known, of each budget that pays; by the last attempt to create it. */
  chargesOf(call: Call): readonly BudgetCharge[] {
    return this.#batchCharges.get(call) ?? [];
  }

  #joint(call: Call, limits: AttemptAsk | null): AttemptAsk | null {
    const isBatch = createsBatch(call.operation);
    if (call.operation.usage !== 'message' && !isBatch) return limits;
    const charges = isBatch ? this.planner.ofBatch(call) : this.planner.ofMessage(call);
    if (charges.length === 0) return limits;
    if (isBatch) this.#batchCharges.set(call, charges);
    return new BudgetedAsk(call, limits, this.#line, charges, isBatch, this, this.#meters);
  }

  /** Lets a call ask for less; `null` where that is not wanted, or would not do. */
  #lessen(call: Call, onShortfall: OnShortfall, { level }: Standing): 'clamped' | 'degraded' | null {
    if (onShortfall === 'refuse' || call.operation.usage !== 'message') return null;
    if ('degrade' in onShortfall) {
      const { to } = onShortfall.degrade;
      return call.effectiveModel !== to && call.change({ model: to }) ? 'degraded' : null;
    }
    const maxTokens = this.#affordable(call, level);
    return maxTokens >= onShortfall.clamp.minTokens && call.change({ max_tokens: maxTokens }) ? 'clamped' : null;
  }

  /** The `max_tokens` that what is left pays for; 0 where that would leave no answer. */
  #affordable({ params, effectiveModel: model, maxTokens: lowered }: Call, nanoUsd: number): number {
    const affordable = this.planner.affordableTokens(params, model, nanoUsd);
    const { max_tokens: asked, thinking } = fieldsOf(params);
    const { budget_tokens: thought } = fieldsOf(thinking);
    // What it may think has to fit as well, or the API refuses the request.
    if (affordable === null || (typeof thought === 'number' && affordable <= thought)) return 0;
    // Each time less than before, or it would go round in circles.
    const before = lowered ?? (typeof asked === 'number' ? asked : Infinity);
    return affordable < before ? affordable : 0;
  }

  #tellShort(
    { id: callId }: Call,
    { budget, who }: BudgetAccount,
    action: Extract<BudgetEvent, { type: 'budget-short' }>['action'],
  ): void {
    this.options.tell({ type: 'budget-short', budget: budget.name, who, callId, action });
  }

  #offPath(accounts: readonly BudgetAccount[], look: (account: BudgetAccount, standing: Standing) => void): void {
    const lookAll = (standings: readonly Standing[]): void => {
      for (const [index, account] of accounts.entries()) {
        const standing = standings[index];
        if (standing !== undefined) look(account, standing);
      }
    };
    offPath(() => {
      const standings = this.standings(accounts);
      return isPending(standings) ? standings.then(lookAll) : lookAll(standings);
    });
  }
}

/** The error of a call that a budget cannot pay for. */
export function budgetExceeded(
  { meter }: BudgetAccount,
  { limit, level }: Standing,
  retryAfterMs: number | undefined,
): BudgetExceededError {
  return new BudgetExceededError({
    scope: meter.label.replace(/^budget /, ''),
    usedUsd: nanoToUsd(limit - level),
    limitUsd: nanoToUsd(limit),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs: Math.ceil(retryAfterMs) }),
  });
}
