import type { BudgetMeter, Standing } from '../../admission/meter.js';
import type { CallContext } from '../../call/context.js';
import { RecentKeys } from '../../rate-limit/recent-keys.js';
import { undatedModelId } from '../pricing/plain-model-id.js';
import { EACH, type BudgetScope, type ResolvedBudget } from './budget.options.js';
import { Calendar } from './calendar-window.js';

/** Names may come from users, so there is an end to those that are remembered here. The store forgets none too early. */
const MAX_ACCOUNTS = 10_000;

/** A late settlement of a call that began before the end of a stretch still finds it. */
const LATE_MS = 3_600_000;

/** Whose call it is, as far as budgets ask. */
export interface Payer {
  readonly context: CallContext;
  readonly model: string | null;
  /** Name of the endpoint whose key it is; `null` where that is not known yet. */
  readonly key: string | null;
}

/** What one may spend of a budget in one stretch of time. */
export interface BudgetAccount {
  readonly budget: ResolvedBudget;
  /** Whose it is; '' where it is everybody's. */
  readonly who: string;
  readonly meter: BudgetMeter;
  /** Wall-clock milliseconds at which its stretch is over; `null` for one that moves on. */
  readonly endsAtMs: number | null;
}

/** The accounts of one budget: one in all, or one for each. */
export class BudgetAccounts {
  readonly #calendar: Calendar | null;
  #accounts = new RecentKeys<BudgetAccount>(MAX_ACCOUNTS);
  #windowId = '';

  constructor(readonly budget: ResolvedBudget) {
    const { window } = budget;
    this.#calendar = window.kind === 'calendar' ? new Calendar(window.unit, window.timeZone) : null;
  }

  /** The account that pays for a call; `null` where this budget does not. */
  of(payer: Payer, wallMs: number): BudgetAccount | null {
    const who = whoPays(this.budget.scope, payer);
    return who === null ? null : this.account(who, wallMs);
  }

  account(who: string, wallMs: number): BudgetAccount {
    const window = this.#calendar?.at(wallMs) ?? null;
    if (window !== null && window.id !== this.#windowId) {
      this.#accounts = new RecentKeys(MAX_ACCOUNTS);
      this.#windowId = window.id;
    }
    return this.#accounts.obtain(who, () => this.#open(who, window?.endsAtMs ?? null, wallMs));
  }

  /** Those that were asked for lately, or the one that is everybody's. */
  known(wallMs: number): readonly BudgetAccount[] {
    const name = nameIn(this.budget.scope);
    if (name !== EACH) return [this.account(name, wallMs)];
    return [...this.#accounts.keys()].map((who) => this.account(who, wallMs));
  }

  #open(who: string, endsAtMs: number | null, wallMs: number): BudgetAccount {
    const { name, limitNanoUsd, mode, window } = this.budget;
    const rollingMs = window.kind === 'rolling' ? window.rollingMs : null;
    const meter: BudgetMeter = {
      kind: 'budget',
      key: `budget/${[name, who, this.#windowId].map(encoded).join('/')}`,
      label: who === '' ? `budget ${name}` : `budget ${name} of ${who}`,
      limit: limitNanoUsd,
      isHard: mode === 'hard',
      rollingMs,
      keepMs: keepMsOf({ endsAtMs, rollingMs }, wallMs),
    };
    return { budget: this.budget, who, meter, endsAtMs };
  }
}

/** Milliseconds for which what was spent in a stretch has to be remembered from now on. */
export function keepMsOf(
  { endsAtMs, rollingMs }: Pick<BudgetAccount, 'endsAtMs'> & Pick<BudgetMeter, 'rollingMs'>,
  wallMs: number,
): number {
  return (endsAtMs === null ? (rollingMs ?? 0) : Math.max(0, endsAtMs - wallMs)) + LATE_MS;
}

/** Names may come from users, who can hold halves of characters that no URI may have. */
function encoded(name: string): string {
  return encodeURIComponent(name.toWellFormed());
}

/** Nano-dollars spent, as a store tells it. */
export function spentOf({ limit, level, outstanding }: Standing): number {
  return limit - level - outstanding;
}

/** The one a scope is for: '' for everybody, `*` for each. */
export function nameIn(scope: BudgetScope): string {
  if (scope === 'global') return '';
  if ('tag' in scope) return scope.value;
  if ('model' in scope) return scope.model === EACH ? EACH : undatedModelId(scope.model);
  if ('user' in scope) return scope.user;
  return 'key' in scope ? scope.key : scope.requestType;
}

/** Whether it pays for the calls of models, each by itself or of one. */
export function isOfModels(scope: BudgetScope): boolean {
  return scope !== 'global' && 'model' in scope;
}

/** Whether it pays for the calls at endpoints, each by itself or at one. */
export function isOfEndpoints(scope: BudgetScope): boolean {
  return scope !== 'global' && 'key' in scope;
}

function whoPays(scope: BudgetScope, payer: Payer): string | null {
  if (scope === 'global') return '';
  const who = whoIn(scope, payer);
  const name = nameIn(scope);
  return who !== undefined && (name === EACH || name === who) ? who : null;
}

function whoIn(scope: Exclude<BudgetScope, 'global'>, { context, model, key }: Payer): string | undefined {
  if ('tag' in scope) return context.tags?.[scope.tag];
  if ('user' in scope) return context.user;
  if ('model' in scope) return model === null ? undefined : undatedModelId(model);
  return 'key' in scope ? (key ?? undefined) : context.requestType;
}
