import type { AdmissionStore } from '../../admission/admission-store.js';
import type { Clock } from '../../call/clock.js';
import { spentOf, type BudgetAccount } from '../budgets/budget-account.js';
import { openBatchesOf } from '../budgets/open-batches.js';
import { Calendar } from '../budgets/calendar-window.js';
import type { Budgets } from '../budgets/budgets.js';
import type { UsageLedger } from '../ledger/usage-ledger.js';
import { bookedFor } from './booked-for.js';

/** What reservations that lapsed are counted for in one budget, in the stretch under way. */
export interface LapsedReservation {
  readonly account: BudgetAccount;
  /** When the stretch began. */
  readonly startsAtMs: number;
  readonly lapsedNanoUsd: number;
}

/** What is made of what lapsed in a budget. */
export interface BudgetCorrection {
  readonly budget: string;
  /** Whose it is, where each has one; '' where it is everybody's. */
  readonly who: string;
  /** Whole nano-dollars that reservations which lapsed stood in the budget for. */
  readonly lapsedNanoUsd: number;
  /** The most that they can have cost by the bill, as far as that is complete. */
  readonly billedNanoUsd: number;
  /** By how much the budget was lowered; 0 where nothing was changed. */
  readonly loweredNanoUsd: number;
  /**
   * - `corrected`: lowered to what the bill says;
   * - `could-correct`: it would have been, with `correct`;
   * - `waits`: it is known to have lapsed only since a day that the bill is not complete for: a later run corrects it;
   * - `not-covered`: the period that was compared begins after the budget's stretch, or the budget pays for endpoints that are
   *   not compared.
   */
  readonly outcome: 'corrected' | 'could-correct' | 'waits' | 'not-covered';
}

/** What bill and ledger of closed days say. */
export interface ClosedDays {
  readonly fromMs: number;
  /** The end of the last day whose reports grow no more. */
  readonly toMs: number;
  /** Whether all that a budget pays for is compared. */
  readonly covers: (account: BudgetAccount) => boolean;
  /** The most that calls nobody booked can have cost on them from a moment on, in whole nano-dollars. */
  readonly unbookedNanoUsd: (account: BudgetAccount, sinceMs: number) => number;
}

interface Parts {
  readonly budgets: Budgets;
  readonly store: AdmissionStore;
  readonly ledger: UsageLedger;
  readonly clock: Clock;
}

/**
 * Reservations that lapsed: whoever made them ended before it could say what its calls had used, so that budgets count the
 * most these can have cost. What the bill has and the ledger has not is all that they can really have cost.
 *
 * A store does not say when what lapsed: it is noted what had lapsed at a run, and corrected by one that comes when the bill
 * of that time is complete.
 */
export class LapsedReservations {
  constructor(private readonly parts: Parts) {}

  /** Of the budgets of weeks and months of UTC: a day's is over before its bill is complete, and others have no days. */
  async find(): Promise<readonly LapsedReservation[]> {
    const { budgets, clock } = this.parts;
    const wallMs = clock.wall();
    const accounts = budgets.accounts.filter(hasWholeDays).flatMap((each) => each.known(wallMs));
    const [standings, batches] = [
      await budgets.standings(accounts),
      await this.parts.store.standing(accounts.map(({ meter }) => openBatchesOf(meter))),
    ];
    const found: LapsedReservation[] = [];
    for (const [index, account] of accounts.entries()) {
      const [standing, open] = [standings[index], batches[index]];
      if (standing === undefined || open === undefined) continue;
      const startsAtMs = startOf(account, wallMs);
      // oxlint-disable-next-line no-await-in-loop -- a ledger elsewhere is asked for one stretch at a time
      const booked = await bookedFor(this.parts.ledger, account, { fromMs: startsAtMs, toMs: wallMs });
      const lapsedNanoUsd = booked === null ? 0 : spentOf(standing) - spentOf(open) - booked;
      if (lapsedNanoUsd > 0) found.push({ account, startsAtMs, lapsedNanoUsd });
    }
    return found;
  }

  /** @param isAllowed Whether anything may be changed. Else it is only said what could be. */
  async correct(
    lapsed: readonly LapsedReservation[],
    closed: ClosedDays,
    isAllowed: boolean,
  ): Promise<readonly BudgetCorrection[]> {
    return Promise.all(lapsed.map((each) => this.#correct(each, closed, isAllowed)));
  }

  async #correct(
    { account, startsAtMs, lapsedNanoUsd }: LapsedReservation,
    closed: ClosedDays,
    isAllowed: boolean,
  ): Promise<BudgetCorrection> {
    const { store, clock } = this.parts;
    const { budget, who, meter } = account;
    const billedNanoUsd = closed.unbookedNanoUsd(account, startsAtMs);
    const told = { budget: budget.name, who, lapsedNanoUsd, billedNanoUsd, loweredNanoUsd: 0 };
    if (closed.fromMs > startsAtMs || !closed.covers(account)) return { ...told, outcome: 'not-covered' };
    const key = `${meter.key}/lapsed`;
    const known = readNote(await store.take(key));
    const isDue = known !== null && known.atMs <= closed.toMs;
    // What has lapsed since is left alone: nobody can say yet what it cost.
    const due = isDue ? Math.min(known.lapsedNanoUsd, lapsedNanoUsd) : 0;
    const loweredNanoUsd = Math.max(0, due - billedNanoUsd);
    const lowers = isAllowed && loweredNanoUsd > 0;
    if (lowers) await store.observe([{ meter, spent: { amount: -loweredNanoUsd, agoMs: 0 } }]);
    const isNoteKept = known !== null && !lowers && (!isDue || loweredNanoUsd > 0 || due === lapsedNanoUsd);
    const left = lapsedNanoUsd - (lowers ? loweredNanoUsd : 0);
    const note = isNoteKept ? known : { atMs: clock.wall(), lapsedNanoUsd: left };
    await store.keep(key, JSON.stringify(note), meter.keepMs);
    if (loweredNanoUsd > 0)
      return lowers ? { ...told, loweredNanoUsd, outcome: 'corrected' } : { ...told, outcome: 'could-correct' };
    return { ...told, outcome: isDue ? 'corrected' : 'waits' };
  }
}

function hasWholeDays({ budget: { window } }: Budgets['accounts'][number]): boolean {
  return window.kind === 'calendar' && window.timeZone === 'UTC' && (window.unit === 'week' || window.unit === 'month');
}

function startOf({ budget: { window } }: BudgetAccount, wallMs: number): number {
  return window.kind === 'calendar' ? new Calendar(window.unit, window.timeZone).at(wallMs).startsAtMs : wallMs;
}

interface Note {
  readonly atMs: number;
  readonly lapsedNanoUsd: number;
}

function readNote(text: string | null): Note | null {
  if (text === null) return null;
  try {
    const { atMs, lapsedNanoUsd } = JSON.parse(text) as Partial<Note>;
    return typeof atMs === 'number' && typeof lapsedNanoUsd === 'number' ? { atMs, lapsedNanoUsd } : null;
  } catch {
    return null;
  }
}
