import type { PriceUsage } from '../../call/cost.js';
import type { OptimizationRecord } from '../../call/optimization.js';
import type { AttemptRecord, CallRecord } from '../../call/record.js';
import { isPriced, nanoUsdOf } from './alternative-cost.js';
import { bySmallerModel, inBatch, repeatedTokens, withCache, withoutCache, type ModelUse } from './alternatives.js';
import { NO_SAVINGS, type CallSavings, type SavingKind } from './call-savings.js';
import type { SavingsSettings } from './savings.options.js';
import { WarmPrompts } from './warm-prompts.js';

/** What has to be known of an attempt. */
export type AppraisedAttempt = Pick<
  AttemptRecord,
  'model' | 'endpoint' | 'startedAfterMs' | 'durationMs' | 'usage' | 'cost' | 'reservedNanoUsd'
>;

/** What has to be known of a call: its record, or as much of one as there is. */
export type AppraisedCall = Pick<CallRecord, 'requestType' | 'priority' | 'stream' | 'startedAtMs'> & {
  readonly attempts: readonly AppraisedAttempt[];
  readonly optimization?: Pick<OptimizationRecord, 'dryRun' | 'savingNanoUsd'> | null;
};

/** An attempt whose usage and price are known. */
interface PricedUse extends ModelUse {
  readonly costNanoUsd: number;
  readonly atMs: number;
  readonly endedAtMs: number;
  readonly endpoint: string;
}

type Totals = { -readonly [Kind in SavingKind]: CallSavings[Kind] };

/**
 * Says of each call what it saved and could have saved: what it cost, against what the same pricing makes of the same work
 * done in another way.
 */
export class SavingsAppraiser {
  readonly #warmPrompts = new WarmPrompts();

  /** @param costOf Says what the work would have cost. */
  constructor(
    private readonly costOf: PriceUsage,
    private readonly settings: SavingsSettings,
  ) {}

  appraise(call: AppraisedCall): CallSavings {
    const totals: Totals = { ...NO_SAVINGS };
    for (const attempt of call.attempts) this.#appraiseAttempt(totals, call, attempt);
    if (call.optimization) {
      const { dryRun, savingNanoUsd } = call.optimization;
      increase(totals, dryRun ? 'optimizationCouldSave' : 'optimizationSaved', savingNanoUsd);
    }
    return totals;
  }

  #appraiseAttempt(totals: Totals, call: AppraisedCall, attempt: AppraisedAttempt): void {
    const { cost, usage, reservedNanoUsd } = attempt;
    if (cost === null || usage === null) return;
    if (reservedNanoUsd !== null && reservedNanoUsd > 0) {
      increase(totals, 'reserved', reservedNanoUsd);
      increase(totals, 'usedOfReserved', cost.nanoUsd);
    }
    // A usage that is a guess of ours says nothing of the cache, nor how long the answer was.
    if (usage.quality === 'estimated' || !isPriced(cost)) return;
    const { model, endpoint, startedAfterMs, durationMs } = attempt;
    const atMs = call.startedAtMs + startedAfterMs;
    const use = { model, usage, costNanoUsd: cost.nanoUsd, atMs, endedAtMs: atMs + durationMs, endpoint };
    const fresh = this.#less(use, withoutCache(use));
    increase(totals, 'cachingSaved', fresh === null ? null : -fresh);
    increase(totals, 'cachingCouldSave', this.#withCache(use, call.requestType));
    if (call.priority === 'background' && !call.stream)
      increase(totals, 'batchCouldSave', this.#less(use, inBatch(use)));
    increase(totals, 'smallerModelCouldSave', aboveZero(this.#less(use, bySmallerModel(use, this.settings))));
  }

  #withCache(use: PricedUse, requestType: string | null): number | null {
    const repeated = repeatedTokens(use.usage, this.settings);
    if (repeated === 0) return null;
    const kind = JSON.stringify([use.model, use.endpoint, requestType]);
    const isWarm = this.#warmPrompts.find(kind, use.atMs, use.endedAtMs);
    return this.#less(use, withCache(use, repeated, isWarm));
  }

  /** How much less an alternative would have cost; `null` without one, or where its price is not known. */
  #less({ costNanoUsd, atMs }: PricedUse, alternative: ModelUse | null): number | null {
    if (alternative === null) return null;
    const nanoUsd = nanoUsdOf(this.costOf, alternative, atMs);
    return nanoUsd === null ? null : costNanoUsd - nanoUsd;
  }
}

function aboveZero(nanoUsd: number | null): number | null {
  return nanoUsd !== null && nanoUsd > 0 ? nanoUsd : null;
}

function increase(totals: Totals, kind: SavingKind, nanoUsd: number | null): void {
  if (nanoUsd !== null) totals[kind] = (totals[kind] ?? 0) + nanoUsd;
}
