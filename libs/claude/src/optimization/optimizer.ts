import { Subject } from 'rxjs';
import type { Awaitable } from '../admission/admission-store.js';
import { isPending } from '../admission/turnstile.js';
import type { Call } from '../call/call.js';
import type { Clock } from '../call/clock.js';
import { UNKNOWN_OPERATION } from '../call/operations/operation.js';
import type { OptimizationRecord } from '../call/optimization.js';
import { isFields } from '../call/token-walk.js';
import type { Prices } from '../cost/pricing/prices.js';
import { Optimization } from './optimization.js';
import { OptimizationTally } from './optimization-tally.js';
import type { OptimizerEvent } from './optimizer.events.js';
import { Planner, type PlannedRequest } from './planner.js';
import type { Plan } from './plan.js';
import type { AnsweredRequest, OptimizationStrategy } from './strategy.js';

/** What an optimizer is made of. */
export interface OptimizerParts {
  readonly strategies: readonly OptimizationStrategy[];
  readonly dryRun: boolean;
  readonly prices: Prices;
  readonly clock: Clock;
}

/** Makes the calls of one module instance cheaper. Whoever makes it closes it. */
export class Optimizer {
  readonly events = new Subject<OptimizerEvent>();
  readonly tally: OptimizationTally;
  readonly #planner: Planner;

  constructor(readonly parts: OptimizerParts) {
    const { strategies, prices, clock } = parts;
    this.tally = new OptimizationTally(strategies.map(({ name }) => name));
    this.#planner = new Planner({ strategies, prices, clock, tell: (event) => this.events.next(event) });
  }

  get dryRun(): boolean {
    return this.parts.dryRun;
  }

  /** Whether a call is a Messages request, and may be changed. */
  concerns({ operation, context, model, params }: Call): boolean {
    return (
      operation.usage === 'message' &&
      operation !== UNKNOWN_OPERATION &&
      context.optimize !== false &&
      model !== null &&
      isFields(params) &&
      Array.isArray(params['messages'])
    );
  }

  /** What is to be done to a call; `null` for nothing. Nothing is done yet. */
  of(call: Call): Awaitable<Optimization | null> {
    const { params, model, stream, context } = call;
    if (!isFields(params) || model === null) return null;
    const { dryRun, prices } = this.parts;
    const optimization = (plan: Plan | null): Optimization | null =>
      plan === null ? null : new Optimization(call, plan, { dryRun, costOf: prices.costOf });
    const plan = this.plan({ params, model, stream, context, inputTokens: call.countedTokens });
    return isPending(plan) ? plan.then(optimization) : optimization(plan);
  }

  plan(request: PlannedRequest): Awaitable<Plan | null> {
    return this.#planner.plan(request);
  }

  readonly learn = (answer: AnsweredRequest): void => this.#planner.learn(answer);

  /** Adds up what came of a call. */
  count(record: OptimizationRecord): void {
    this.tally.add(record);
  }

  /** Harmless when closed before. */
  close(): void {
    this.events.complete();
  }
}
