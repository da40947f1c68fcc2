import type { UsageLedger } from '../ledger/usage-ledger.js';
import type { UsageSums } from '../ledger/usage-summary.js';
import { undatedModelId } from '../pricing/plain-model-id.js';
import { endOf } from './days.js';
import { bookedIn, NOTHING_BOOKED, sum, type BookedAmounts } from './used.js';
import type { WorkspaceName, Workspaces } from './workspaces.js';

/** By model, under one name for all of its ids. */
export type BookedModels = ReadonlyMap<string, BookedAmounts>;

/** What the ledger has of one day. */
export interface BookedDay {
  /** Whether it still has all of the day. */
  readonly isKept: boolean;
  readonly byWorkspace: ReadonlyMap<WorkspaceName, BookedModels>;
}

/** What a ledger has of the day that begins at a moment. */
export type BookedDays = (startsAtMs: number) => Promise<BookedDay>;

/** Where workspaces are told apart, the settings have seen to it that the ledger can. */
export function bookedDays(ledger: UsageLedger, workspaces: Workspaces): BookedDays {
  return workspaces.areApart
    ? (startsAtMs) => dayApart(ledger, workspaces, startsAtMs)
    : (startsAtMs) => wholeDay(ledger, startsAtMs);
}

/** Whoever does not tell workspaces apart needs no more of a ledger than its summary. */
async function wholeDay(ledger: UsageLedger, startsAtMs: number): Promise<BookedDay> {
  const { period, byModel } = await ledger.summarize({ fromMs: startsAtMs, toMs: endOf(startsAtMs) });
  return {
    isKept: Date.parse(period.from) <= startsAtMs && Date.parse(period.to) >= endOf(startsAtMs),
    byWorkspace: booked(byModel.map((share) => [null, share.name, share])),
  };
}

async function dayApart(ledger: UsageLedger, { ofEndpoint }: Workspaces, startsAtMs: number): Promise<BookedDay> {
  const pairs = (await ledger.modelsAtEndpoints?.(startsAtMs)) ?? null;
  const uses = (pairs ?? []).flatMap((pair) => {
    const workspace = ofEndpoint(pair.endpoint);
    return workspace === undefined ? [] : [[workspace, pair.model, pair] as const];
  });
  return { isKept: pairs !== null, byWorkspace: booked(uses) };
}

function booked(
  uses: readonly (readonly [workspace: WorkspaceName, model: string, sums: UsageSums])[],
): BookedDay['byWorkspace'] {
  const byWorkspace = new Map<WorkspaceName, Map<string, BookedAmounts>>();
  for (const [workspace, model, sums] of uses) {
    const models = byWorkspace.get(workspace) ?? new Map<string, BookedAmounts>();
    byWorkspace.set(workspace, models);
    const name = undatedModelId(model);
    models.set(name, sum(models.get(name) ?? NOTHING_BOOKED, bookedIn(sums)));
  }
  return byWorkspace;
}
