import type { Clock } from '../../call/clock.js';
import { InvalidOptionsError } from '../../errors/errors.js';
import type { Prices } from './prices.js';

/**
 * Sees to it that an option names a model with a price.
 *
 * @param what Names the place, e.g. `` `cost.budgets[0].scope.model` ``.
 * @throws InvalidOptionsError for one that no price is known of.
 */
export function checkPriced(what: string, model: string, { book }: Prices, clock: Clock): void {
  if (book.priceOf(model, clock.wall()) !== null) return;
  throw new InvalidOptionsError(
    `${what} is a model that no price is known of: correct it, or add a price in \`cost.pricing.rows\`.`,
  );
}
