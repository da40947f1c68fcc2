import type { PricingOptions } from './pricing/pricing.options.js';

/** What calls cost, and who is told. */
export interface CostOptions {
  /** Where prices come from. Default: Anthropic's, built in. */
  readonly pricing?: PricingOptions;
}

/** {@link CostOptions} with every default filled in. */
export type CostSettings = Required<CostOptions>;

export const COST_DEFAULTS: CostSettings = Object.freeze({ pricing: Object.freeze({}) });
