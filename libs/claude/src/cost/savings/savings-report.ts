import type { UsageSummary } from '../ledger/usage-summary.js';
import { nanoToUsd } from '../pricing/money.js';
import type { SavingSum } from './savings-tally.js';
import type { SavingsSettings } from './savings.options.js';

/** Money that was saved, or could have been. */
export interface SavingFigure {
  /** US dollars; below 0 where it would have been, or was, dearer. */
  readonly usd: number;
  /** The same, exact: whole nano-dollars (10^-9 USD). */
  readonly nanoUsd: number;
  /** How many calls it is about. */
  readonly calls: number;
  /** What the figure takes for granted, in a sentence to show beside it. */
  readonly assumption: string;
}

/** What budgets held for calls against what these used: its `usd` is what was held and not used. */
export interface ReservationFigure extends SavingFigure {
  readonly reservedUsd: number;
  readonly usedUsd: number;
  /** `usedUsd` as a share of `reservedUsd`; `null` where nothing was reserved. */
  readonly usedShare: number | null;
}

/**
 * What was saved and what could have been, in money. Every call is priced at the moment it was made, and a later price
 * changes nothing. The figures overlap, as one call may be among several: they are not to be added up.
 */
export interface SavingsReport {
  /** What is really covered, as in a summary. */
  readonly period: UsageSummary['period'];
  /** What all calls cost, to hold the figures against. */
  readonly totalCostUsd: number;
  /** What the prompt cache has saved: cheaper reads less the surcharge of writes. */
  readonly cachingSaved: SavingFigure;
  /** What it could have saved with calls that did not use it. */
  readonly cachingCouldSave: SavingFigure;
  /** What calls nobody waited for would have saved in message batches. */
  readonly batchCouldSave: SavingFigure;
  /** What short calls would have saved with a smaller model. */
  readonly smallerModelCouldSave: SavingFigure;
  /** What cost optimization has saved: smaller models, trimmed histories, cache breakpoints, less what was made twice. */
  readonly optimizationSaved: SavingFigure;
  /** What it would have saved with calls of which it only said what it would do. */
  readonly optimizationCouldSave: SavingFigure;
  readonly reservations: ReservationFigure;
}

/** The report of a summary. Frozen. */
export function savingsReport(
  { period, totalCostUsd, savings }: UsageSummary,
  settings: SavingsSettings,
): SavingsReport {
  const { cachingSaved, cachingCouldSave, batchCouldSave, smallerModelCouldSave, reserved, usedOfReserved } = savings;
  const { optimizationSaved, optimizationCouldSave } = savings;
  return Object.freeze({
    period: Object.freeze({ ...period }),
    totalCostUsd,
    cachingSaved: figure(cachingSaved, CACHING_SAVED),
    cachingCouldSave: figure(cachingCouldSave, cachingAssumption(settings)),
    batchCouldSave: figure(batchCouldSave, BATCH),
    smallerModelCouldSave: figure(smallerModelCouldSave, smallerModelAssumption(settings)),
    optimizationSaved: figure(optimizationSaved, OPTIMIZATION),
    optimizationCouldSave: figure(optimizationCouldSave, OPTIMIZATION),
    reservations: reservationFigure(reserved, usedOfReserved),
  });
}

const CACHING_SAVED =
  'Without the cache the same calls would have read every token of their prompts fresh: the difference is exact but for ' +
  'what is estimated in the cost itself.';

const BATCH =
  'Calls of priority `background` that were no streams could wait up to a day for their answers; in a message batch they ' +
  'use the same tokens, cached ones included, at standard speed.';

const OPTIMIZATION =
  'Sent as they were asked, the same calls would have had answers of the same length; how many more tokens their prompts ' +
  'would have had is estimated, in proportion to those that the API counted.';

const RESERVED =
  'Attempts that used nothing are left out, as all that was held for them came back; what several budgets held for one ' +
  'attempt counts once.';

function cachingAssumption({ repeatedShare, minimumCacheTokens }: SavingsSettings): string {
  return (
    `The first ${numeral(repeatedShare * 100)} % of a prompt that used no cache is the same in all calls of its model, ` +
    `endpoint and request type, and counts where that is at least ${numeral(minimumCacheTokens)} tokens: read from the ` +
    'cache within five minutes of such a call, else written to it for five minutes at its surcharge.'
  );
}

function smallerModelAssumption(settings: SavingsSettings): string {
  const { shortPromptTokens, shortAnswerTokens, smallerModels } = settings;
  const names = [...new Set(Object.values(smallerModels))].join(', ') || 'none';
  return (
    `Calls with at most ${numeral(shortPromptTokens)} tokens of prompt and ${numeral(shortAnswerTokens)} of answer, without ` +
    `thinking or the API's web tools, could do as well with the smaller model chosen for theirs (${names}), and use as many ` +
    'tokens with it; the ledger cannot tell how hard a question was.'
  );
}

function figure({ nanoUsd, calls }: SavingSum, assumption: string): SavingFigure {
  return Object.freeze({ usd: nanoToUsd(nanoUsd), nanoUsd, calls, assumption });
}

function reservationFigure(reserved: SavingSum, used: SavingSum): ReservationFigure {
  const unused = { nanoUsd: reserved.nanoUsd - used.nanoUsd, calls: reserved.calls };
  return Object.freeze({
    ...figure(unused, RESERVED),
    reservedUsd: nanoToUsd(reserved.nanoUsd),
    usedUsd: nanoToUsd(used.nanoUsd),
    usedShare: reserved.nanoUsd === 0 ? null : used.nanoUsd / reserved.nanoUsd,
  });
}

function numeral(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 2 });
}
