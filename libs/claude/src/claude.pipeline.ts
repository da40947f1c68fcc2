import { admitStage } from './admission/admit.stage.js';
import type { Random } from './call/clock.js';
import { buildPipeline } from './call/pipeline.js';
import { sendStage } from './call/send.stage.js';
import type { NextStage } from './call/stage.js';
import { circuitStage } from './circuit/circuit.stage.js';
import type { ClaudeRuntime } from './claude.runtime.js';
import type { ClaudeSettings } from './config/settings.js';
import { Batches } from './cost/batches/batches.js';
import { batchesStage } from './cost/batches/batches.stage.js';
import { pricedModelsStage } from './cost/priced-models.stage.js';
import { optimizeStage } from './optimization/optimize.stage.js';
import { retryStage } from './retry/retry.stage.js';
import { routeStage } from './routing/route.stage.js';
import { sanitizeStage } from './sanitization/sanitize.stage.js';

type StageParts = Pick<
  ClaudeRuntime,
  | 'admission'
  | 'store'
  | 'limiter'
  | 'budgets'
  | 'optimizer'
  | 'pool'
  | 'circuits'
  | 'costs'
  | 'sanitizer'
  | 'redactor'
  | 'clock'
> & {
  readonly random: Random;
};

/** The stages of an instance: what is off is not among them. Their order, and why it is so, stands in `call/pipeline.ts`. */
export function pipelineOf(settings: ClaudeSettings, parts: StageParts): NextStage {
  const { admission, store, limiter, budgets, optimizer, pool, circuits, costs } = parts;
  const { sanitizer, redactor, clock, random } = parts;
  const { timeouts, maxEventBytes } = settings;
  const limitsOf = settings.rateLimit === false ? null : limiter.askOf;
  const askOf = budgets.accounts.length === 0 ? limitsOf : budgets.askOf(limitsOf ?? (() => null));
  return buildPipeline(
    {
      ...(settings.sanitization === false ? {} : { sanitize: sanitizeStage(sanitizer) }),
      ...(settings.optimize === false ? {} : { optimize: optimizeStage(optimizer) }),
      ...(settings.cost === false ? {} : { batches: batchesStage(new Batches({ store, clock, costs, budgets })) }),
      retry: retryStage(settings.retry, clock, random, pool),
      route: routeStage(pool),
      ...(costs.prices.unknownModel === 'refuse' ? { price: pricedModelsStage(costs.prices, clock) } : {}),
      ...(askOf === null ? {} : { admit: admitStage(admission, askOf) }),
      ...(settings.circuit === false ? {} : { circuit: circuitStage(circuits) }),
      send: sendStage({ timeouts, maxEventBytes, redactor, clock }),
    },
    settings.stages,
  );
}
