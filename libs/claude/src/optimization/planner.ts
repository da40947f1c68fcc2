import type { Awaitable } from '../admission/admission-store.js';
import { isPending } from '../admission/turnstile.js';
import type { Clock } from '../call/clock.js';
import type { CallContext } from '../call/context.js';
import { estimateRequestTokens } from '../call/request-tokens.js';
import { maxTokensOf } from '../call/request-traits.js';
import { estimatedUsage } from '../call/usage.js';
import type { Prices } from '../cost/pricing/prices.js';
import { toError } from '../errors/error-cause.js';
import { LearnedOutput } from '../rate-limit/learned-output.js';
import { apply, difference, type Effect, type RequestSize } from './effects.js';
import type { OptimizerEvent } from './optimizer.events.js';
import type { Plan, Step } from './plan.js';
import { requestKind } from './request-kind.js';
import {
  CHANGEABLE_FIELDS,
  type AnsweredRequest,
  type OptimizationStrategy,
  type Proposal,
  type RequestFields,
  type StrategyRequest,
} from './strategy.js';

/** A request to make cheaper, and its input in tokens where that was counted before. */
export type PlannedRequest = Omit<StrategyRequest, 'inputTokens'> & { readonly inputTokens?: number };

/** A plan that is being made. */
interface Draft {
  readonly asked: RequestFields;
  /** What is left to ask about. */
  request: StrategyRequest;
  readonly steps: Step[];
}

/** Whom it works with. */
export interface PlannerParts {
  readonly strategies: readonly OptimizationStrategy[];
  readonly prices: Prices;
  readonly clock: Clock;
  readonly tell: (event: OptimizerEvent) => void;
}

/** Asks one strategy after the other, each about what the one before left. */
export class Planner {
  /** How long answers are thought to be, to say what a change is thought to save. */
  readonly #output = new LearnedOutput();

  constructor(private readonly parts: PlannerParts) {}

  /** At once where every strategy answers at once. @returns `null` where nothing is to be changed. */
  plan(asked: PlannedRequest): Awaitable<Plan | null> {
    return this.#planFrom(0, { asked: asked.params, request: new SizedRequest(asked), steps: [] });
  }

  #planFrom(first: number, draft: Draft): Awaitable<Plan | null> {
    const { strategies } = this.parts;
    for (let index = first; index < strategies.length; index += 1) {
      const strategy = strategies[index] as OptimizationStrategy;
      const proposal = this.#ask(strategy, draft.request);
      if (isPending(proposal)) {
        return proposal.then((late) => {
          this.#take(strategy, late, draft);
          return this.#planFrom(index + 1, draft);
        });
      }
      this.#take(strategy, proposal, draft);
    }
    const { asked, request, steps } = draft;
    return steps.length === 0 ? null : { asked, wanted: request.params, steps };
  }

  #take(strategy: OptimizationStrategy, proposal: Proposal | null, draft: Draft): void {
    if (proposal === null) return;
    const { request, steps } = draft;
    const { changes } = proposal;
    const { stream, context } = request;
    const model = changes.model ?? request.model;
    const next = new SizedRequest({ params: { ...request.params, ...changes }, model, stream, context });
    steps.push(this.#step(strategy, proposal, request, next));
    draft.request = next;
  }

  learn(answer: AnsweredRequest): void {
    if (!answer.reachedMaxTokens) this.#output.learn(requestKind(answer), answer.usage.outputTokens);
    for (const strategy of this.parts.strategies) {
      try {
        strategy.learn?.(answer);
      } catch (error) {
        this.#failed(strategy, error);
      }
    }
  }

  #ask(strategy: OptimizationStrategy, request: StrategyRequest): Awaitable<Proposal | null> {
    const failed = (error: unknown): null => this.#failed(strategy, error);
    const proposed = (proposal: Proposal | null | undefined): Proposal | null =>
      proposal == null ? null : accepted(proposal, request.params);
    try {
      const answer = strategy.propose(request);
      return isPending(answer) ? answer.then(proposed).then(undefined, failed) : proposed(answer);
    } catch (error) {
      return failed(error);
    }
  }

  #failed({ name }: OptimizationStrategy, error: unknown): null {
    this.parts.tell({ type: 'strategy-failed', strategy: name, error: toError(error) });
    return null;
  }

  #step(
    { name }: OptimizationStrategy,
    { reason, changes, cache }: Proposal,
    before: StrategyRequest,
    after: StrategyRequest,
  ): Step {
    const { prices, clock } = this.parts;
    const effect: Effect = { before: sizeOf(before), after: sizeOf(after), cache: cache ?? null };
    const outputTokens = this.#output.estimate(requestKind(before), maxTokensOf(before.params));
    const use = { model: before.model, usage: estimatedUsage(before.inputTokens, outputTokens) };
    const atMs = clock.wall();
    const [held, holds] = [before, after].map(({ params, model, inputTokens }) =>
      prices.worstCaseNanoUsd({ params, model, inputTokens, atMs }),
    );
    return {
      strategy: name,
      reason,
      changed: CHANGEABLE_FIELDS.filter((field) => field in changes),
      effect,
      expectedSavingNanoUsd: difference(prices.costOf, use, apply(effect, use), atMs),
      heldLessNanoUsd: held == null || holds == null ? null : held - holds,
    };
  }
}

/** What of a proposal really changes something; `null` for nothing. Fields that may not be changed stay as they are. */
function accepted(proposal: Proposal, params: RequestFields): Proposal | null {
  const { changes } = proposal;
  const fields = CHANGEABLE_FIELDS.filter((field) => changes[field] !== undefined && changes[field] !== params[field]);
  if (fields.length === 0) return null;
  return { ...proposal, changes: Object.fromEntries(fields.map((field) => [field, changes[field]])) };
}

class SizedRequest implements StrategyRequest {
  readonly params: RequestFields;
  readonly model: string;
  readonly stream: boolean;
  readonly context: CallContext;
  #inputTokens: number | null;

  constructor({ params, model, stream, context, inputTokens }: PlannedRequest) {
    this.params = params;
    this.model = model;
    this.stream = stream;
    this.context = context;
    this.#inputTokens = inputTokens ?? null;
  }

  get inputTokens(): number {
    return (this.#inputTokens ??= estimateRequestTokens(this.params, this.model));
  }
}

function sizeOf({ model, inputTokens, params }: StrategyRequest): RequestSize {
  return { model, inputTokens, maxTokens: maxTokensOf(params) };
}
