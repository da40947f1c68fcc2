import { Inject, Injectable } from '@nestjs/common';
import type { Observable } from 'rxjs';
import { checkContext, EMPTY_CONTEXT, type CallContext } from '../call/context.js';
import { isFields } from '../call/token-walk.js';
import type { ClaudeRuntime } from '../claude.runtime.js';
import { CLAUDE_RUNTIME } from '../claude.tokens.js';
import { InvalidOptionsError } from '../errors/errors.js';
import type { OptimizationSummary } from './optimization-tally.js';
import type { Optimizer } from './optimizer.js';
import type { OptimizerEvent } from './optimizer.events.js';
import { decisionOf } from './plan.js';
import type { OptimizationDecision } from '../call/optimization.js';

/** What would be done to a request. */
export interface OptimizationPreview<P extends object = object> {
  /** The request as it would be sent; the same object where nothing would be changed. */
  readonly params: P;
  /** In the order in which they were taken; empty where nothing would be changed. */
  readonly decisions: readonly OptimizationDecision[];
}

/** Makes calls cheaper, where the module's option `optimize` names strategies. */
@Injectable()
export class CostOptimizerService {
  /** Internal: what tells its tokens from those of other services. */
  static readonly tokenKey = 'optimizer';

  /** Strategies that fail. Hot: a subscriber sees what happens after it subscribed. */
  readonly events: Observable<OptimizerEvent>;

  readonly #optimizer: Optimizer;

  constructor(@Inject(CLAUDE_RUNTIME) runtime: object) {
    this.#optimizer = (runtime as ClaudeRuntime).optimizer;
    this.events = this.#optimizer.events.asObservable();
  }

  /** The names of the strategies in the order in which they are tried; none where optimization is off. */
  get strategies(): readonly string[] {
    return this.#optimizer.parts.strategies.map(({ name }) => name);
  }

  /** Whether calls only tell what would be done. */
  get dryRun(): boolean {
    return this.#optimizer.dryRun;
  }

  /** What came of calls since the start, by strategy. In a dry run, what would have come of them. */
  summary(): OptimizationSummary {
    return this.#optimizer.tally.summary;
  }

  /**
   * What would be done to a request now. Nothing is sent; strategies that learn from requests take it for one that is made.
   *
   * @param params What would be given to `messages.create`.
   * @throws InvalidOptionsError when `params` is no object with a `model`.
   * @throws InvalidContextError when `context` is none.
   */
  async preview<P extends object>(params: P, context: CallContext = EMPTY_CONTEXT): Promise<OptimizationPreview<P>> {
    const { model, stream }: { readonly model?: unknown; readonly stream?: unknown } = isFields(params) ? params : {};
    if (!isFields(params) || typeof model !== 'string') {
      throw new InvalidOptionsError(
        'preview() takes params with a `model`: give what messages.create() would be given.',
      );
    }
    const request = { params, model, stream: stream === true, context: checkContext(context) };
    const plan = await this.#optimizer.plan(request);
    if (plan === null) return { params, decisions: [] };
    return { params: plan.wanted as P, decisions: plan.steps.map((step) => decisionOf(step, null)) };
  }
}
