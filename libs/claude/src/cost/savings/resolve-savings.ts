import type { Clock } from '../../call/clock.js';
import { checkPriced } from '../pricing/check-priced.js';
import { undatedModelId } from '../pricing/plain-model-id.js';
import type { Prices } from '../pricing/prices.js';
import { SAVINGS_DEFAULTS, type SavingsOptions, type SavingsSettings } from './savings.options.js';

/**
 * Fills in the defaults. Models may be named by any id.
 *
 * @throws InvalidOptionsError for a model that no price is known of: nothing could be told of it.
 */
export function resolveSavings(options: SavingsOptions, prices: Prices, clock: Clock): SavingsSettings {
  const { smallerModels = {} } = options;
  for (const [larger, smaller] of Object.entries(smallerModels)) {
    checkPriced(`\`${larger}\` in \`cost.savings.smallerModels\``, larger, prices, clock);
    checkPriced(`\`cost.savings.smallerModels['${larger}']\``, smaller, prices, clock);
  }
  const settings = { ...SAVINGS_DEFAULTS, ...options };
  const byPlainId = Object.entries(settings.smallerModels).map(([larger, smaller]) => [
    undatedModelId(larger),
    smaller,
  ]);
  return Object.freeze({ ...settings, smallerModels: Object.freeze(Object.fromEntries(byPlainId)) });
}
