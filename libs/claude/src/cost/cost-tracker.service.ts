import { Inject, Injectable } from '@nestjs/common';
import type { Observable } from 'rxjs';
import { kindOf } from '../call/context.js';
import type { Cost, UnpricedPart } from '../call/cost.js';
import { normalizeUsage, type Usage } from '../call/usage.js';
import type { ClaudeRuntime } from '../claude.runtime.js';
import { CLAUDE_RUNTIME } from '../claude.tokens.js';
import { InvalidOptionsError } from '../errors/errors.js';
import type { CostEvent } from './cost.events.js';
import { nanoToUsd } from './pricing/money.js';

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

  /** What happens to the prices. Hot: a subscriber sees what happens after it subscribed. */
  readonly events: Observable<CostEvent>;

  readonly #runtime: ClaudeRuntime;

  constructor(@Inject(CLAUDE_RUNTIME) runtime: object) {
    // The runtime's type is internal, and would be part of the published signature.
    this.#runtime = runtime as ClaudeRuntime;
    this.events = this.#runtime.costs.events.asObservable();
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
    const cost = this.#runtime.costs.prices.costOf(model, usageOf(usage), momentOf(at));
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
    const worst = costs.prices.worstCaseNanoUsd({ params, inputTokens, model, atMs });
    const worstCaseUsd = worst === null ? null : nanoToUsd(worst);
    return { model, inputTokens, outputTokens, expectedUsd: nanoToUsd(nanoUsd), worstCaseUsd, unpriced, priceVersion };
  }
}

function checkModel(model: unknown, method: string): asserts model is string {
  if (typeof model === 'string' && model !== '') return;
  throw new InvalidOptionsError(`\`model\` of ${method}() must be a non-empty string, not ${kindOf(model)}.`);
}

function momentOf(at: Date | number): number {
  const ms = Number(at);
  if (Number.isFinite(ms)) return ms;
  throw new InvalidOptionsError(`\`at\` must be a valid date, or milliseconds since the epoch, not ${kindOf(at)}.`);
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
