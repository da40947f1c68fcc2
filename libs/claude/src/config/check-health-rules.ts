import type { HealthRuleOptions } from '../health/health.options.js';
import { ruleContradictions } from './health-contradictions.js';
import { healthRules } from './schema/health.schema.js';
import { schemaProblems } from './schema-problems.js';
import { accepted } from './validate-options.js';

/**
 * Rules of health that are given for a single look.
 *
 * @throws InvalidOptionsError naming what is wrong.
 */
export function checkHealthRules(options: unknown): HealthRuleOptions {
  const problems = schemaProblems(healthRules, options);
  return accepted(options, 'rules of health', problems, (rules: HealthRuleOptions) => ruleContradictions(rules));
}
