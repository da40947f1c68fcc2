import { Inject, Injectable } from '@nestjs/common';
import type { Observable } from 'rxjs';
import { kindOf } from '../call/context.js';
import type { Cost, UnpricedPart } from '../call/cost.js';
import { normalizeUsage, type Usage } from '../call/usage.js';
import type { ClaudeRuntime } from '../claude.runtime.js';
import { CLAUDE_RUNTIME } from '../claude.tokens.js';
import { InvalidOptionsError } from '../errors/errors.js';
import type { CostEvent } from './cost.events.js';
import { entryOfUse, type ExternalUse } from './external-usage.js';
import type { LedgerStats } from './ledger/memory-ledger.js';
import type { Dimension } from './ledger/usage-bucket.js';
import type { UsageEntry } from './ledger/usage-entry.js';
import { entriesCsv, sharesCsv } from './ledger/usage-export.js';
import { momentOf, momentsOf, type UsagePeriod } from './ledger/usage-period.js';
import type { SinkStats } from './ledger/usage-sink.js';
import { SHARES, type UsageShare, type UsageSummary } from './ledger/usage-summary.js';
import { nanoToUsd } from './pricing/money.js';
import { savingsReport, type SavingsReport } from './savings/savings-report.js';

/** What a usage costs, in dollars as well. */
export interface CalculatedCost extends Cost {
  readonly costUsd: number;
}

/** What a request is thought to cost. */
export interface CostEstimate {
  readonly model: string;
  /** The whole input, cached or not, as it is estimated here. */
  readonly inputTokens: number;
  /** What such a request has answered so far, never above its `max_tokens`. */
  readonly outputTokens: number;
  /** What these tokens cost if the cache has none of them. */
  readonly expectedUsd: number;
  /** The most it can cost if its input is no larger; `null` where the price is not known. What a hard budget reserves. */
  readonly worstCaseUsd: number | null;
  readonly unpriced: readonly UnpricedPart[];
  readonly priceVersion: string;
}

/** What calls of this module instance cost. */
@Injectable()
export class CostTrackerService {
  /** Internal: what tells its tokens from those of other services. */
  static readonly tokenKey = 'costs';

  /** What happens to prices and sinks. Hot: a subscriber sees what happens after it subscribed. */
  readonly events: Observable<CostEvent>;

  /** What each call used, as it is booked. Hot as well. */
  readonly entries: Observable<UsageEntry>;

  readonly #runtime: ClaudeRuntime;

  constructor(@Inject(CLAUDE_RUNTIME) runtime: object) {
    // The runtime's type is internal, and would be part of the published signature.
    this.#runtime = runtime as ClaudeRuntime;
    this.events = this.#runtime.costs.events.asObservable();
    this.entries = this.#runtime.costs.entries.asObservable();
  }

  /** The version of the prices in force, e.g. `2026-11-23`, or `2026-11-23+custom.1f0c22ab`. */
  get priceVersion(): string {
    return this.#runtime.costs.prices.book.version;
  }

  /**
   * What a usage costs at the prices in force at a moment.
   *
   * @param model The model that was asked: an exact id or alias.
   * @param usage `usage` of an answer of the API, or the usage of a record.
   * @param at When it was used; default now.
   * @throws InvalidOptionsError when an argument is of the wrong kind.
   */
  calculateCost(model: string, usage: object, at: Date | number = this.#runtime.clock.wall()): CalculatedCost {
    checkModel(model, 'calculateCost');
    const cost = this.#runtime.costs.prices.costOf(model, usageOf(usage), momentOf('at', at));
    return { ...cost, costUsd: nanoToUsd(cost.nanoUsd) };
  }

  /**
   * What a request is thought to cost. Nothing is sent.
   *
   * @param params What would be given to `messages.create`.
   * @param requestType What kind of work it is, as in the call's context: output is learned by it.
   * @throws InvalidOptionsError when `params` is no object with a `model`.
   */
  estimateCost(params: object, { requestType = null }: { readonly requestType?: string | null } = {}): CostEstimate {
    const model: unknown = (params as { readonly model?: unknown } | null)?.model;
    checkModel(model, 'estimateCost');
    const { costs, limiter, clock } = this.#runtime;
    const { inputTokens, outputTokens } = limiter.estimate({ params, model, requestType });
    const atMs = clock.wall();
    const usage = expectedUsage(params, inputTokens, outputTokens);
    const { nanoUsd, unpriced, priceVersion } = costs.prices.costOf(model, usage, atMs);
    const worst = this.#runtime.budgets.planner.worstCaseNanoUsd(params, model);
    const worstCaseUsd = worst === null ? null : nanoToUsd(worst);
    return { model, inputTokens, outputTokens, expectedUsd: nanoToUsd(nanoUsd), worstCaseUsd, unpriced, priceVersion };
  }

  /**
   * What was used in a stretch of time, and by what and whom: `{ days: 30 }`, or `{ from, to }`. It takes as long as there
   * are minutes, hours or days in it, whatever the number of calls.
   *
   * @throws InvalidOptionsError when the period is none.
   */
  async getSummary(period: UsagePeriod = { days: 30 }): Promise<UsageSummary> {
    return this.#runtime.costs.ledger.summarize(momentsOf(period, this.#runtime.clock.wall()));
  }

  /** What was used in a stretch of time, in US dollars. */
  async getPeriodCost(period: UsagePeriod): Promise<number> {
    return (await this.getSummary(period)).totalCostUsd;
  }

  /** By model, dearest first. */
  async getCostByModel(period?: UsagePeriod): Promise<readonly UsageShare[]> {
    return (await this.getSummary(period)).byModel;
  }

  /** By user, dearest first. */
  async getCostByUser(period?: UsagePeriod): Promise<readonly UsageShare[]> {
    return (await this.getSummary(period)).byUser;
  }

  /** By tag, dearest first; of one tag's values only where it is named, e.g. `team`. */
  async getCostByTag(tag?: string, period?: UsagePeriod): Promise<readonly UsageShare[]> {
    const { byTag } = await this.getSummary(period);
    return tag === undefined ? byTag : byTag.filter(({ name }) => name.startsWith(`${tag}=`));
  }

  /**
   * What was saved in a stretch of time, and what could have been: by the prompt cache, message batches and smaller models,
   * and what budgets held in vain. Each figure says what it takes for granted. It takes as long as {@link getSummary}.
   *
   * @throws InvalidOptionsError when the period is none.
   */
  async getSavings(period?: UsagePeriod): Promise<SavingsReport> {
    return savingsReport(await this.getSummary(period), this.#runtime.costs.savings);
  }

  /** The last entries, newest first. Default 100. */
  async getRecent(limit = 100): Promise<readonly UsageEntry[]> {
    if (!Number.isSafeInteger(limit) || limit < 1)
      throw new InvalidOptionsError(`\`limit\` must be a whole number from 1, not ${kindOf(limit)}.`);
    return this.#runtime.costs.ledger.recent(limit);
  }

  /**
   * Books what was used without this module: through another client, in a batch read elsewhere, by hand.
   *
   * @param usage `usage` of an answer of the API.
   * @throws InvalidOptionsError, or InvalidContextError for a user, tag or kind of work of the wrong kind.
   */
  record(usage: object, use: ExternalUse): UsageEntry {
    const { costs, clock } = this.#runtime;
    checkModel((use as ExternalUse | undefined)?.model, 'record');
    const used = usageOf(usage);
    const nowMs = clock.wall();
    const atMs = momentOf('at', use.at ?? nowMs);
    if (atMs > nowMs + MAX_AHEAD_MS) throw new InvalidOptionsError('`at` of record() is in the future: correct it.');
    const cost = costs.prices.costOf(use.model, used, atMs);
    const entry = entryOfUse(use, { usage: used, cost, atMs }, costs.appraiser);
    costs.add(entry);
    return entry;
  }

  /**
   * A summary's shares, or the last entries, as a text: JSON, or CSV (RFC 4180) that is safe to open in a spreadsheet.
   *
   * @throws InvalidOptionsError when the period, the format or the choice is none.
   */
  async export({ format, what, period, limit = 1_000 }: UsageExportOptions): Promise<string> {
    if (format !== 'csv' && format !== 'json')
      throw new InvalidOptionsError(`\`format\` of export() must be 'csv' or 'json', not ${kindOf(format)}.`);
    if (what === 'entries') {
      const entries = await this.getRecent(limit);
      return format === 'csv' ? entriesCsv(entries) : JSON.stringify(entries);
    }
    if (!Object.hasOwn(SHARES, what))
      throw new InvalidOptionsError(
        `\`what\` of export() must be 'entries' or one of ${Object.keys(SHARES).join(', ')}, not ${kindOf(what)}.`,
      );
    const summary = await this.getSummary(period);
    const shares = summary[SHARES[what]];
    return format === 'csv' ? sharesCsv(shares, summary.period) : JSON.stringify({ period: summary.period, shares });
  }

  /** What sinks have taken, and what waits for them or was lost to them. */
  get sinks(): readonly SinkStats[] {
    return this.#runtime.costs.sinks;
  }

  /** How often a name went into `other` for want of room, and how many entries were too old; `null` with another ledger. */
  get ledgerStats(): LedgerStats | null {
    return this.#runtime.costs.memory?.stats ?? null;
  }

  /** Brings sinks, and a ledger elsewhere, what they were not given yet. @returns Whether they took all of it in time. */
  flush(graceMs = 5_000): Promise<boolean> {
    return this.#runtime.costs.flush(graceMs);
  }
}

/** What {@link CostTrackerService.export} writes. */
export interface UsageExportOptions {
  readonly format: 'csv' | 'json';
  /** The shares of models, users, tags, kinds of work or endpoints in the period, or the last entries. */
  readonly what: Dimension | 'entries';
  /** Default: the last 30 days. Entries have none. */
  readonly period?: UsagePeriod;
  /** How many entries. Default 1,000. */
  readonly limit?: number;
}

/** Clocks of two machines differ by less. */
const MAX_AHEAD_MS = 300_000;

function checkModel(model: unknown, method: string): asserts model is string {
  if (typeof model === 'string' && model !== '') return;
  throw new InvalidOptionsError(`\`model\` of ${method}() must be a non-empty string, not ${kindOf(model)}.`);
}

function usageOf(given: object): Usage {
  // Only a usage in normal form has this field, and only one of ours says how good it is.
  if (given !== null && typeof given === 'object' && 'quality' in given && 'inputTokens' in given)
    return given as Usage;
  const usage = normalizeUsage(given);
  if (usage !== null) return usage;
  throw new InvalidOptionsError(
    `\`usage\` must be the \`usage\` of an answer of the API, or that of a record, not ${kindOf(given)}.`,
  );
}

function expectedUsage(params: object, inputTokens: number, outputTokens: number): Usage {
  const { speed, inference_geo: region } = params as { readonly speed?: unknown; readonly inference_geo?: unknown };
  const raw = { input_tokens: inputTokens, output_tokens: outputTokens, speed, inference_geo: region };
  return normalizeUsage(raw, 'estimated') as Usage;
}
