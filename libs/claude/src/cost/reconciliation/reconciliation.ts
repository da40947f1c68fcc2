import type { Clock } from '../../call/clock.js';
import { usdToNano } from '../pricing/money.js';
import type { AdminClient } from './admin-client.js';
import { costReport, usageReport, type WholeDays } from './admin-reports.js';
import { billedDays, type BilledDay, type BilledUse } from './bill.js';
import type { BookedDay, BookedDays } from './booked.js';
import { cancelOut, compare, type Comparison } from './compare.js';
import { dayName, endOf, startsOf } from './days.js';
import type { ReconciliationDifference } from './difference.js';
import { RECONCILIATION_DEFAULTS, type ReconciliationOptions } from './reconciliation.options.js';
import type { ReconciliationReport } from './reconciliation.report.js';
import { combined, NOTHING_BOOKED, NOTHING_USED, type BookedAmounts, type UsedAmounts } from './used.js';
import type { WorkspaceName, Workspaces } from './workspaces.js';

/** What a comparison is made of. */
export interface ReconciliationParts {
  /** What the ledger has. */
  readonly booked: BookedDays;
  readonly workspaces: Workspaces;
  readonly client: AdminClient;
  readonly clock: Clock;
  readonly options: Pick<ReconciliationOptions, 'tolerance' | 'freshnessMs'>;
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
      ledger: allOf(both.flatMap(({ booked }) => bookedOn(booked))),
      bill: allOf(both.flatMap(({ billed }) => billedOn(billed))),
      differences,
      isBalanced: differences.every(({ isOpen, isWithinTolerance }) => isOpen || isWithinTolerance),
    };
  }

  async #days(days: WholeDays): Promise<readonly Day[]> {
    const { client, booked, workspaces, clock, options } = this.parts;
    const { freshnessMs = RECONCILIATION_DEFAULTS.freshnessMs } = options;
    const [usage, costs] = await Promise.all([usageReport(client, days), costReport(client, days)]);
    const billed = billedDays(usage, costs, workspaces);
    const both: Day[] = [];
    for (const startsAtMs of startsOf(days)) {
      both.push({
        startsAtMs,
        isOpen: endOf(startsAtMs) + freshnessMs > clock.wall(),
        // oxlint-disable-next-line no-await-in-loop -- a ledger elsewhere is asked for one day at a time
        booked: await booked(startsAtMs),
        billed: billed.get(startsAtMs) ?? new Map(),
      });
    }
    return both;
  }

  #differencesOf(day: Day): readonly ReconciliationDifference[] {
    const workspaces = [...new Set([...day.booked.byWorkspace.keys(), ...day.billed.keys()])].toSorted(byName);
    return [
      ...workspaces.flatMap((workspace) => this.#modelsOf(day, workspace)),
      ...workspaces.flatMap((workspace) => this.#chargesOf(day, workspace)),
    ];
  }

  #modelsOf(day: Day, workspace: WorkspaceName): readonly ReconciliationDifference[] {
    const booked = day.booked.byWorkspace.get(workspace) ?? new Map<string, BookedAmounts>();
    const billed = day.billed.get(workspace)?.byModel ?? new Map<string, BilledUse>();
    const names = [...new Set([...booked.keys(), ...billed.keys()])];
    return names.flatMap((name) => {
      const found = compare(booked.get(name) ?? NOTHING_BOOKED, billed.get(name) ?? NO_USE, day.booked.isKept);
      return found === null ? [] : [this.#difference(day, { by: 'model', name, workspace }, found)];
    });
  }

  #chargesOf(day: Day, workspace: WorkspaceName): readonly ReconciliationDifference[] {
    return Array.from(day.billed.get(workspace)?.otherCharges ?? [], ([name, bill]) =>
      this.#difference(
        day,
        { by: 'charge', name, workspace },
        { kind: 'other-charges', ledger: NOTHING_USED, bill, difference: bill },
      ),
    );
  }

  #difference(
    { startsAtMs, isOpen }: Day,
    of: Pick<ReconciliationDifference, 'by' | 'name' | 'workspace'>,
    found: Comparison,
  ): ReconciliationDifference {
    return { day: dayName(startsAtMs), ...of, ...found, isWithinTolerance: this.#tolerates(found), isOpen };
  }

  #tolerates({ ledger, bill, difference }: Comparison): boolean {
    const { share, usd } = { ...RECONCILIATION_DEFAULTS.tolerance, ...this.parts.options.tolerance };
    const allowed = Math.max(usdToNano(usd), share * Math.max(ledger.costNanoUsd, bill.costNanoUsd));
    return allowed > 0 && Math.abs(difference.costNanoUsd) <= allowed;
  }
}

/** The same use on two days in a row is one that was counted on either side of midnight. */
function acrossDays(rows: readonly ReconciliationDifference[]): readonly ReconciliationDifference[] {
  const next = new Map(rows.map((row) => [keyOf(row, row.day), row]));
  const moved = new Set<ReconciliationDifference>();
  for (const row of rows) {
    const after = next.get(keyOf(row, dayName(endOf(Date.parse(row.day)))));
    if (after === undefined || moved.has(row) || !cancelOut(row.difference, after.difference)) continue;
    moved.add(row).add(after);
  }
  return rows.map((row) => (moved.has(row) ? { ...row, kind: 'day-boundary' } : row));
}

function keyOf({ by, name, workspace }: ReconciliationDifference, day: string): string {
  return JSON.stringify([day, by, name, workspace]);
}

function byName(a: WorkspaceName, b: WorkspaceName): number {
  return (a ?? '') < (b ?? '') ? -1 : 1;
}

function bookedOn({ byWorkspace }: BookedDay): UsedAmounts[] {
  return [...byWorkspace.values()].flatMap((models) => Array.from(models.values()));
}

function billedOn(day: BilledDay): UsedAmounts[] {
  return [...day.values()].flatMap(({ byModel }) => Array.from(byModel.values(), ({ used }) => used));
}

function allOf(amounts: readonly UsedAmounts[]): UsedAmounts {
  return amounts.reduce((total, each) => combined(total, each, (one, other) => one + other), NOTHING_USED);
}
