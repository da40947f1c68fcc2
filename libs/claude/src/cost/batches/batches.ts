import { randomUUID } from 'node:crypto';
import type { AdmissionStore, Awaitable, Lease, Observation } from '../../admission/admission-store.js';
import { LEASE_MS, offPath } from '../../admission/lease-keeper.js';
import type { BudgetMeter } from '../../admission/meter.js';
import type { Attempt } from '../../call/attempt.js';
import type { Call } from '../../call/call.js';
import type { Clock } from '../../call/clock.js';
import { openBatchesOf } from '../budgets/open-batches.js';
import { isOfModels, keepMsOf, type BudgetAccount } from '../budgets/budget-account.js';
import type { Budgets } from '../budgets/budgets.js';
import type { Costs } from '../costs.js';
import type { UsageEntry } from '../ledger/usage-entry.js';
import { fieldsOf } from '../pricing/planned-hops.js';
import { KEPT_MS, noteKey, readNote, writeNote, type BatchCharge, type BatchNote } from './batch-note.js';
import { entryOfResult, type BatchOwner, type BatchResults } from './batch-results.js';
import { inLots } from './in-lots.js';
import { SpentByModel } from './spent-by-model.js';
import { roomInSinks } from './room-in-sinks.js';
import { whenKnown } from './when-known.js';

/** What message batches are accounted for with. */
export interface BatchesOptions {
  readonly store: AdmissionStore;
  readonly clock: Clock;
  readonly costs: Costs;
  readonly budgets: Budgets;
}

/**
 * Accounts for message batches. Budgets are charged the most a batch can cost when it is created; a note of that waits in the
 * store for whoever reads the results, in whatever process: then the budgets are corrected to what it did cost, and the
 * ledger is told of each request, once. Nobody waits for any of it.
 */
export class Batches {
  /** Tells the monotonic clock of this instance from those of others. */
  readonly #clockId = randomUUID();

  constructor(private readonly options: BatchesOptions) {}

  /** A batch was created: leaves the note. */
  created(call: Call, attempt: Attempt, batchId: string): void {
    const { store, budgets } = this.options;
    const note = writeNote(this.#noteOf(call, attempt));
    offPath(() => store.keep(noteKey(batchId), note, KEPT_MS));
    const open = budgets.chargesOf(call).map(({ account: { meter }, nanoUsd }): Observation => {
      return { meter: openBatchesOf(meter), spent: { amount: nanoUsd, agoMs: 0 } };
    });
    if (open.length > 0) offPath(() => store.observe(open));
  }

  /** Results were read to their end. */
  read(results: BatchResults): void {
    if (results.lines.isReadable && results.lines.count > 0) this.options.costs.bookLater(() => this.#claim(results));
  }

  #noteOf(call: Call, attempt: Attempt): BatchNote {
    const { clock, budgets } = this.options;
    const { requests } = fieldsOf(call.params);
    return {
      atMs: clock.wall(),
      clock: { id: this.#clockId, nowMs: clock.now() },
      requests: Array.isArray(requests) ? requests.length : 0,
      ...ownerOf(call, attempt),
      charges: budgets.chargesOf(call).map(({ account, nanoUsd }) => chargeOf(account, nanoUsd)),
    };
  }

  /** Of all who read the results, one books them. The right to is a budget of one: of those there is no second. */
  #claim(results: BatchResults): Awaitable<void> {
    const claims = { meters: [rightTo(results.batchId)], amounts: [1] };
    return whenKnown(this.options.store.acquire(claims, { leaseMs: LEASE_MS }), (answer) =>
      answer.granted ? this.#book(results, answer) : undefined,
    );
  }

  #book(results: BatchResults, right: Lease): Awaitable<void> {
    const { store } = this.options;
    const key = noteKey(results.batchId);
    return whenKnown(store.take(key), (text) => {
      const note = readNote(text);
      const isWhole = results.lines.count >= (note?.requests ?? 0);
      offPath(() => store.settle(right, [isWhole ? 1 : 0]));
      if (isWhole) return this.#account(results, note);
      // Something in between cut them short, and nobody noticed: the next reading may be better.
      if (text !== null) return store.keep(key, text, KEPT_MS);
      return undefined;
    });
  }

  #account(results: BatchResults, note: BatchNote | null): Awaitable<void> {
    const { costs, clock } = this.options;
    const { uses } = results.lines;
    const owner = note ?? results.reader;
    // When it was used lies within a day of that, and the budgets were charged then.
    const atMs = note?.atMs ?? clock.wall();
    const entries: UsageEntry[] = [];
    const spent = new SpentByModel();
    const priced = inLots(uses, (use) => {
      const entry = entryOfResult(use, results, owner, costs, atMs);
      entries.push(entry);
      spent.add(use.model, entry.costNanoUsd);
    });
    return whenKnown(priced, () => {
      // They are in the entries now, and there may be 100,000.
      uses.length = 0;
      if (note !== null) offPath(() => this.#correct(note, spent));
      return inLots(entries, (entry) => costs.add(entry), roomInSinks(costs, clock));
    });
  }

  /** What was really spent takes the place of the most that could have been, in the stretch that was charged. */
  #correct({ charges, atMs, clock: by }: BatchNote, spent: SpentByModel): Awaitable<void> {
    const { store, clock, budgets } = this.options;
    const wallMs = clock.wall();
    const agoMs = by.id === this.#clockId ? clock.now() - by.nowMs : Math.max(0, wallMs - atMs);
    const accounts: BudgetAccount[] = [];
    const observations = charges.flatMap((charge): Observation[] => {
      const account = accountOf(budgets, charge, wallMs);
      if (account !== null) accounts.push(account);
      const meter = account?.meter ?? meterOf(charge, wallMs);
      return [
        { meter, spent: { amount: spent.of(charge.model) - charge.nanoUsd, agoMs } },
        { meter: openBatchesOf(meter), spent: { amount: -charge.nanoUsd, agoMs } },
      ];
    });
    if (observations.length === 0) return undefined;
    return whenKnown(store.observe(observations), () => budgets.settled(accounts));
  }
}

/** Whose call it is, and where it went. */
export function ownerOf({ context: { user, tags, requestType } }: Call, { endpoint }: Attempt): BatchOwner {
  return { user: user ?? null, tags: tags ?? {}, requestType: requestType ?? null, endpoint: endpoint.name };
}

function chargeOf({ budget, who, meter, endsAtMs }: BudgetAccount, nanoUsd: number): BatchCharge {
  const { key, label, limit, isHard, rollingMs } = meter;
  const model = isOfModels(budget.scope) ? who : null;
  return { budget: budget.name, who, model, nanoUsd, endsAtMs, meter: { key, label, limit, isHard, rollingMs } };
}

/** The account that was charged; `null` if its stretch is over, or this process has no such budget. */
function accountOf(budgets: Budgets, { budget: name, who, meter }: BatchCharge, wallMs: number): BudgetAccount | null {
  const account = budgets.accounts.find(({ budget }) => budget.name === name)?.account(who, wallMs);
  return account?.meter.key === meter.key ? account : null;
}

function meterOf({ meter, endsAtMs }: BatchCharge, wallMs: number): BudgetMeter {
  return { kind: 'budget', ...meter, keepMs: keepMsOf({ endsAtMs, rollingMs: meter.rollingMs }, wallMs) };
}

function rightTo(batchId: string): BudgetMeter {
  return {
    kind: 'budget',
    key: `batch/${batchId}/booked`,
    label: `results of batch ${batchId}`,
    limit: 1,
    isHard: true,
    rollingMs: null,
    keepMs: KEPT_MS,
  };
}
