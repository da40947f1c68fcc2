import type { Call } from '../call/call.js';
import type { Clock } from '../call/clock.js';
import type { Stage } from '../call/stage.js';
import { UnpricedModelError } from '../errors/refusals.js';
import { fieldsOf } from './pricing/planned-hops.js';
import type { Prices } from './pricing/prices.js';

/**
 * Lets through what has a price, and what costs nothing.
 *
 * @throws UnpricedModelError before anything is held or sent, for a model that no price is known of.
 */
export function pricedModelsStage(prices: Prices, clock: Clock): Stage {
  return (call, next) => {
    const atMs = clock.wall();
    for (const model of modelsOf(call)) {
      if (prices.book.priceOf(model, atMs) === null) return Promise.reject(new UnpricedModelError({ model }));
    }
    return next(call);
  };
}

/** The models whose use a call will be billed for: of a message batch, those of its requests. */
function modelsOf({ operation, effectiveModel, params }: Call): Iterable<string> {
  if (operation.usage === 'message') return effectiveModel === null ? [] : [effectiveModel];
  const { requests } = fieldsOf(params);
  if (!Array.isArray(requests)) return [];
  const models = requests.map((request) => fieldsOf(fieldsOf(request)['params'])['model']);
  return new Set(models.filter((model) => typeof model === 'string'));
}
