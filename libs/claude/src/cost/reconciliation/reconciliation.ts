import type { Clock } from '../../call/clock.js';
import type { UsageLedger } from '../ledger/usage-ledger.js';
import { usdToNano } from '../pricing/money.js';
import type { AdminClient } from './admin-client.js';
import { costReport, usageReport, type WholeDays } from './admin-reports.js';
import { billedDays, NOTHING_BILLED_DAY, type BilledDay, type BilledUse } from './bill.js';
import { bookedDay, type BookedDay } from './booked.js';
import { cancelOut, compare } from './compare.js';
import { dayName, endOf, startsOf } from './days.js';
import type { DifferenceBy, ReconciliationDifference } from './difference.js';
import { RECONCILIATION_DEFAULTS, type ReconciliationOptions } from './reconciliation.options.js';
import type { ReconciliationReport } from './reconciliation.report.js';
import { combined, NOTHING_BOOKED, NOTHING_USED, sum, type BookedAmounts, type UsedAmounts } from './used.js';

/** What a comparison is made of. */
export interface ReconciliationParts {
  readonly ledger: UsageLedger;
  readonly client: AdminClient;
  readonly clock: Clock;
  readonly options: Omit<ReconciliationOptions, 'adminKey'>;
}

/** What was found, before anybody corrects anything. */
export type Findings = Omit<ReconciliationReport, 'corrections'>;

/** One day on both sides. */
interface Day {
  readonly startsAtMs: number;
  readonly isOpen: boolean;
  readonly booked: BookedDay;
  readonly billed: BilledDay;
}

const NO_USE: BilledUse = Object.freeze({ used: NOTHING_USED, isPrepaid: false });

/** Compares a ledger with the reports of Anthropic. Changes neither. */
export class Reconciliation {
  constructor(private readonly parts: ReconciliationParts) {}

  /** @throws What reading the reports throws, and what the ledger does. */
  async compare(days: WholeDays): Promise<Findings> {
    const both = await this.#days(days);
    const rows = both.flatMap((day) => this.#differencesOf(day));
    const differences = acrossDays(rows);
    const openDays = both.filter(({ isOpen }) => isOpen).map(({ startsAtMs }) => dayName(startsAtMs));
    return {
      period: { from: new Date(days.fromMs).toISOString(), to: new Date(days.toMs).toISOString() },
      openDays,
      ledger: both.reduce((total, { booked }) => addedTo(total, booked.byModel.values()), NOTHING_USED),
      bill: both.reduce((total, { billed }) => addedTo(total, usesOf(billed)), NOTHING_USED),
      differences,
      isBalanced: differences.every(({ isOpen, isWithinTolerance }) => isOpen || isWithinTolerance),
    };
  }

  async #days(days: WholeDays): Promise<readonly Day[]> {
    const { client, ledger, clock, options } = this.parts;
    const { workspaces, freshnessMs = RECONCILIATION_DEFAULTS.freshnessMs } = options;
    const concerned = workspaces && new Set(Object.values(workspaces));
    const [usage, costs] = await Promise.all([usageReport(client, days), costReport(client, days)]);
    const billed = billedDays(usage, costs, (workspace) => concerned?.has(workspace) ?? true);
    const both: Day[] = [];
    for (const startsAtMs of startsOf(days)) {
      both.push({
        startsAtMs,
        isOpen: endOf(startsAtMs) + freshnessMs > clock.wall(),
        // oxlint-disable-next-line no-await-in-loop -- a ledger elsewhere is asked for one day at a time
        booked: await bookedDay(ledger, startsAtMs),
        billed: billed.get(startsAtMs) ?? NOTHING_BILLED_DAY,
      });
    }
    return both;
  }

  #differencesOf(day: Day): readonly ReconciliationDifference[] {
    const { booked, billed } = day;
    const { workspaces } = this.parts.options;
    const charges = Array.from(billed.otherCharges, ([name, bill]) =>
      this.#difference(day, 'charge', name, {
        kind: 'other-charges',
        ledger: NOTHING_USED,
        bill,
        difference: bill,
      }),
    );
    return [
      ...this.#compared(day, 'model', booked.byModel, billed.byModel),
      ...(workspaces === undefined
        ? []
        : this.#compared(day, 'workspace', byWorkspace(booked, workspaces), billed.byWorkspace)),
      ...charges,
    ];
  }

  #compared<K extends string | null>(
    day: Day,
    by: DifferenceBy,
    booked: ReadonlyMap<K, BookedAmounts>,
    billed: ReadonlyMap<K, BilledUse>,
  ): readonly ReconciliationDifference[] {
    const names = [...new Set([...booked.keys(), ...billed.keys()])];
    return names.flatMap((name) => {
      const found = compare(booked.get(name) ?? NOTHING_BOOKED, billed.get(name) ?? NO_USE, day.booked.isKept);
      return found === null ? [] : [this.#difference(day, by, name ?? '', found)];
    });
  }

  #difference(
    { startsAtMs, isOpen }: Day,
    by: DifferenceBy,
    name: string,
    found: Pick<ReconciliationDifference, 'kind' | 'ledger' | 'bill' | 'difference'>,
  ): ReconciliationDifference {
    return { day: dayName(startsAtMs), by, name, ...found, isWithinTolerance: this.#tolerates(found), isOpen };
  }

  #tolerates({ ledger, bill, difference }: Pick<ReconciliationDifference, 'ledger' | 'bill' | 'difference'>): boolean {
    const { share, usd } = { ...RECONCILIATION_DEFAULTS.tolerance, ...this.parts.options.tolerance };
    const allowed = Math.max(usdToNano(usd), share * Math.max(ledger.costNanoUsd, bill.costNanoUsd));
    return allowed > 0 && Math.abs(difference.costNanoUsd) <= allowed;
  }
}

/** The same use on two days in a row is one that was counted on either side of midnight. */
function acrossDays(rows: readonly ReconciliationDifference[]): readonly ReconciliationDifference[] {
  const next = new Map(rows.map((row) => [`${row.by} ${row.name} ${row.day}`, row]));
  const moved = new Set<ReconciliationDifference>();
  for (const row of rows) {
    const after = next.get(`${row.by} ${row.name} ${dayName(endOf(Date.parse(row.day)))}`);
    if (after === undefined || moved.has(row) || !cancelOut(row.difference, after.difference)) continue;
    moved.add(row).add(after);
  }
  return rows.map((row) => (moved.has(row) ? { ...row, kind: 'day-boundary' } : row));
}

function byWorkspace(
  { byEndpoint }: BookedDay,
  workspaces: Readonly<Record<string, string | null>>,
): ReadonlyMap<string | null, BookedAmounts> {
  const booked = new Map<string | null, BookedAmounts>();
  for (const [endpoint, amounts] of byEndpoint) {
    const workspace = workspaces[endpoint];
    if (workspace !== undefined) booked.set(workspace, sum(booked.get(workspace) ?? NOTHING_BOOKED, amounts));
  }
  return booked;
}

function* usesOf({ byModel }: BilledDay): Generator<UsedAmounts> {
  for (const { used } of byModel.values()) yield used;
}

function addedTo(total: UsedAmounts, amounts: Iterable<UsedAmounts>): UsedAmounts {
  let all = total;
  for (const each of amounts) all = combined(all, each, (one, other) => one + other);
  return all;
}
