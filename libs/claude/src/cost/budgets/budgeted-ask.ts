import type { Denial, Lease } from '../../admission/admission-store.js';
import type { AttemptAsk, UsedAmounts } from '../../admission/attempt-ask.js';
import type { AdaptiveConcurrency } from '../../admission/adaptive-concurrency.js';
import type { Claims } from '../../admission/meter.js';
import type { WaitingLine } from '../../admission/waiting-line.js';
import type { Attempt } from '../../call/attempt.js';
import type { Call } from '../../call/call.js';
import type { Usage } from '../../call/usage.js';
import type { BudgetAccount } from './budget-account.js';
import type { BudgetCharge } from './charge-planner.js';
import type { JointMeters } from './joint-meters.js';

/** Whoever decides what becomes of calls that do not fit, and hears what was spent. */
export interface BudgetKeeper {
  granted(call: Call, accounts: readonly BudgetAccount[]): void;
  settled(accounts: readonly BudgetAccount[], spentNanoUsd: number): void;
  relent(call: Call, accounts: readonly BudgetAccount[], denial: Denial): void;
}

const NO_CLAIMS: Claims = { meters: [], amounts: [] };
const NO_AMOUNTS: UsedAmounts = [];

/** What an attempt asks of budgets besides its limits: the most it can cost, of each that pays for it. */
export class BudgetedAsk implements AttemptAsk {
  readonly claims: Claims;
  readonly #accounts: readonly BudgetAccount[];
  readonly #unsettled: readonly null[];
  /** The most that any of them paid; `null` until it is over. */
  #spentNanoUsd: number | null = null;

  constructor(
    private readonly call: Call,
    private readonly limits: AttemptAsk | null,
    /** Where it stands if nothing else is limited. Nobody waits there. */
    private readonly emptyLine: WaitingLine,
    private readonly charges: readonly BudgetCharge[],
    /** Only its results tell what a batch cost: until then it counts as having cost the most it can. */
    private readonly isBatch: boolean,
    private readonly keeper: BudgetKeeper,
    joint: JointMeters,
  ) {
    const { meters, amounts } = limits?.claims ?? NO_CLAIMS;
    this.claims = {
      meters: joint.of(meters, charges),
      amounts: amounts.concat(charges.map(({ nanoUsd }) => nanoUsd)),
    };
    this.#accounts = charges.map(({ account }) => account);
    this.#unsettled = charges.map(() => null);
  }

  get line(): WaitingLine {
    return this.limits?.line ?? this.emptyLine;
  }

  get places(): AdaptiveConcurrency | null {
    return this.limits?.places ?? null;
  }

  get tenant(): string {
    return this.limits?.tenant ?? '';
  }

  began(attempt: Attempt): void {
    attempt.reservedNanoUsd = greatest(this.charges.map(({ nanoUsd }) => nanoUsd));
  }

  sent(): UsedAmounts {
    this.keeper.granted(this.call, this.#accounts);
    return (this.limits?.sent() ?? NO_AMOUNTS).concat(this.#unsettled);
  }

  inputKnown(usage: Usage): UsedAmounts {
    return (this.limits?.inputKnown(usage) ?? NO_AMOUNTS).concat(this.#unsettled);
  }

  answered(headers: Headers, lease: Lease): void {
    this.limits?.answered(headers, lease);
  }

  ended(attempt: Attempt): UsedAmounts {
    const spent = this.isBatch ? this.#ofBatch(attempt) : this.#ofMessage(attempt);
    this.#spentNanoUsd = greatest(spent);
    return (this.limits?.ended(attempt) ?? NO_AMOUNTS).concat(spent);
  }

  #ofMessage({ cost }: Attempt): readonly number[] {
    const nanoUsd = cost?.nanoUsd ?? 0;
    return this.charges.map(() => nanoUsd);
  }

  /** Whether it was taken is known where there is an answer; where there is none, it may have been. */
  #ofBatch({ sent, status, failure }: Attempt): readonly number[] {
    const wasRefused = !sent || (failure !== null && status !== null && status >= 400);
    return this.charges.map(({ nanoUsd }) => (wasRefused ? 0 : nanoUsd));
  }

  relent(denial: Denial): void {
    this.keeper.relent(this.call, this.#accounts, denial);
  }

  wake(): void {
    this.limits?.wake();
    if (this.#spentNanoUsd !== null) this.keeper.settled(this.#accounts, this.#spentNanoUsd);
  }
}

function greatest(amounts: readonly number[]): number {
  let most = 0;
  for (const amount of amounts) if (amount > most) most = amount;
  return most;
}
