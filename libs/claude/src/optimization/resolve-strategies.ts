import type { Clock } from '../call/clock.js';
import { defined } from '../config/defined.js';
import { checkPriced } from '../cost/pricing/check-priced.js';
import type { ModelPrice, TokenPrices } from '../cost/pricing/model-price.js';
import type { Prices } from '../cost/pricing/prices.js';
import { InvalidOptionsError } from '../errors/errors.js';
import type { OptimizationStrategyOptions, OptimizeSettings } from './optimize.options.js';
import { Optimizer } from './optimizer.js';
import { CacheBreakpointsStrategy } from './strategies/cache-breakpoints.strategy.js';
import { SHORTER_ANSWER_DEFAULTS } from './strategies/shorter-answer.options.js';
import { ShorterAnswerStrategy } from './strategies/shorter-answer.strategy.js';
import { SMALLER_MODEL_DEFAULTS } from './strategies/smaller-model.options.js';
import { SmallerModelStrategy } from './strategies/smaller-model.strategy.js';
import { isOwnStrategy } from './strategy-name.js';
import type { OptimizationStrategy } from './strategy.js';
import { TRIM_HISTORY_DEFAULTS } from './strategies/trim-history.options.js';
import { TrimHistoryStrategy } from './strategies/trim-history.strategy.js';

/**
 * What makes calls cheaper, as options say; without a strategy where it is off.
 *
 * @throws InvalidOptionsError for a smaller model that is not cheaper, or that no price is known of.
 */
export function optimizerOf(settings: OptimizeSettings | false, prices: Prices, clock: Clock): Optimizer {
  const { strategies, dryRun } = settings === false ? { strategies: [], dryRun: false } : settings;
  const resolved = strategies.map((each, index) => {
    if (isOwnStrategy(each)) return each;
    // Each can do with its name alone.
    const options = typeof each === 'string' ? { use: each } : each;
    return strategyOf(options, `optimize.strategies[${index}]`, prices, clock);
  });
  return new Optimizer({ strategies: resolved, dryRun, prices, clock });
}

function strategyOf(
  options: OptimizationStrategyOptions,
  path: string,
  prices: Prices,
  clock: Clock,
): OptimizationStrategy {
  switch (options.use) {
    case 'smaller-model': {
      const settings = { ...SMALLER_MODEL_DEFAULTS, ...defined(options) };
      checkModels(settings.models, `${path}.models`, prices, clock);
      return new SmallerModelStrategy(settings, clock);
    }
    case 'shorter-answer':
      return new ShorterAnswerStrategy({ ...SHORTER_ANSWER_DEFAULTS, ...defined(options) });
    case 'trim-history':
      return new TrimHistoryStrategy({ ...TRIM_HISTORY_DEFAULTS, ...defined(options) });
    default:
      return new CacheBreakpointsStrategy(options, clock);
  }
}

function checkModels(models: Readonly<Record<string, string>>, path: string, prices: Prices, clock: Clock): void {
  for (const [larger, smaller] of Object.entries(models)) {
    const place = `\`${path}['${larger}']\``;
    checkPriced(`\`${larger}\` in \`${path}\``, larger, prices, clock);
    checkPriced(place, smaller, prices, clock);
    const [dear, cheap] = [larger, smaller].map((model) => prices.book.priceOf(model, clock.wall()));
    if (dear == null || cheap == null || isCheaper(cheap, dear)) continue;
    throw new InvalidOptionsError(
      `${place} names a model that is not cheaper than \`${larger}\` in every kind of token: name one that is, or remove it.`,
    );
  }
}

/** Dearer in no kind of token, and cheaper in one; with long prompts, too. */
function isCheaper(one: ModelPrice, other: ModelPrice): boolean {
  const long = [one.longPrompt?.prices ?? one.standard, other.longPrompt?.prices ?? other.standard] as const;
  const pairs = [...pairsOf(one.standard, other.standard), ...pairsOf(...long)];
  return pairs.every(([cheap, dear]) => cheap <= dear) && pairs.some(([cheap, dear]) => cheap < dear);
}

function pairsOf(one: TokenPrices, other: TokenPrices): readonly (readonly [number, number])[] {
  return (['input', 'cacheRead', 'cacheWrite5m', 'cacheWrite1h', 'output'] as const).map((kind) => [
    one[kind],
    other[kind],
  ]);
}
