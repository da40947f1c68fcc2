import type { Call } from '../../call/call.js';
import type { Clock } from '../../call/clock.js';
import { estimateRequestTokens } from '../../call/request-tokens.js';
import { UnpricedModelError } from '../../errors/refusals.js';
import { fieldsOf } from '../pricing/planned-hops.js';
import type { Prices, RequestToPrice } from '../pricing/prices.js';
import type { BudgetAccount, Payer } from './budget-account.js';

/** What an input may be above its estimate: text that is none of the usual languages takes more tokens. */
const INPUT_MARGIN = 1.2;

/** What an account pays at the most. */
export interface BudgetCharge {
  readonly account: BudgetAccount;
  /** Whole nano-dollars. */
  readonly nanoUsd: number;
}

/** What a planner is made of. */
export interface ChargePlannerOptions {
  readonly prices: Prices;
  readonly clock: Clock;
  /** How many tokens an input is thought to have, by how many were counted in it. */
  readonly correctInput: (countedTokens: number, model: string | null) => number;
  /** The accounts that pay for somebody. */
  readonly accountsOf: (payer: Payer) => readonly BudgetAccount[];
}

/** What is known of a request beside its params. */
interface RequestTerms {
  /** What its answer may have at most. Default: `max_tokens` of the params. */
  readonly maxTokens?: number | undefined;
  /** Whether it goes out in a message batch. Default false. */
  readonly batch?: boolean;
  /** Its input, if it was counted before. Default: it is counted now. */
  readonly countedTokens?: number;
}

/** Says what calls can cost at the most, and which accounts have to pay that. */
export class ChargePlanner {
  constructor(private readonly options: ChargePlannerOptions) {}

  /** @throws UnpricedModelError where a hard budget would have to pay for a model without a price. */
  ofMessage(call: Call): readonly BudgetCharge[] {
    const { context, effectiveModel: model, endpoint, params } = call;
    const accounts = this.options.accountsOf({ context, model, key: endpoint.name });
    if (accounts.length === 0) return [];
    const terms = { maxTokens: call.maxTokens ?? undefined, countedTokens: call.countedTokens };
    const nanoUsd = payable(accounts, model, this.worstCaseNanoUsd(params, model, terms));
    return accounts.map((account) => ({ account, nanoUsd }));
  }

  /**
   * Each request of a message batch is paid for by itself, as budgets of models pay for some of them.
   *
   * @throws UnpricedModelError as above.
   */
  ofBatch({ context, endpoint, params }: Call): readonly BudgetCharge[] {
    const { requests } = fieldsOf(params);
    const sums = new Map<BudgetAccount, number>();
    const accountsOfModel = new Map<string | null, readonly BudgetAccount[]>();
    for (const request of Array.isArray(requests) ? requests : []) {
      const own = fieldsOf(request)['params'];
      const model = modelOf(own);
      const accounts = accountsOfModel.get(model) ?? this.options.accountsOf({ context, model, key: endpoint.name });
      accountsOfModel.set(model, accounts);
      if (accounts.length === 0) continue;
      const nanoUsd = payable(accounts, model, this.worstCaseNanoUsd(own, model, { batch: true }));
      for (const account of accounts) sums.set(account, (sums.get(account) ?? 0) + nanoUsd);
    }
    return Array.from(sums, ([account, nanoUsd]) => ({ account, nanoUsd }));
  }

  /** The most that a request can cost; `null` where its price is not known. */
  worstCaseNanoUsd(params: unknown, model: string | null, terms: RequestTerms = {}): number | null {
    return this.options.prices.worstCaseNanoUsd(this.#planned(params, model, terms));
  }

  /** The `max_tokens` that so much pays for; `null` where no price is known. */
  affordableTokens(params: unknown, model: string | null, nanoUsd: number): number | null {
    return this.options.prices.outputAffordable(this.#planned(params, model), nanoUsd);
  }

  #planned(params: unknown, model: string | null, terms: RequestTerms = {}): RequestToPrice {
    const { maxTokens, batch = false, countedTokens = estimateRequestTokens(params, model) } = terms;
    const inputTokens = Math.ceil(this.options.correctInput(countedTokens, model) * INPUT_MARGIN);
    return { params, model, inputTokens, maxTokens, batch, atMs: this.options.clock.wall() };
  }
}

/** What has no price costs budgets that stop nothing nothing. */
function payable(accounts: readonly BudgetAccount[], model: string | null, worstNanoUsd: number | null): number {
  if (worstNanoUsd === null && accounts.some(({ budget }) => budget.mode === 'hard')) {
    throw new UnpricedModelError({ model: model ?? 'unknown' });
  }
  return worstNanoUsd ?? 0;
}

function modelOf(params: unknown): string | null {
  const { model } = fieldsOf(params);
  return typeof model === 'string' ? model : null;
}
