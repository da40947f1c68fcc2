import type { ClaudeModuleOptions } from '../claude.options.js';
import type { HealthOptions, HealthRule, HealthRuleOptions } from '../health/health.options.js';

/** Options of health that are fine by themselves and cannot hold together, or would do nothing. */
export function healthContradictions(health: HealthOptions, options: ClaudeModuleOptions): string[] {
  return [
    ...ruleContradictions(health, 'health.'),
    ...(health.failReadinessOn ?? []).flatMap((rule, index) => {
      const missing = whatIsMissing(rule, health, options);
      if (missing === null) return [];
      return [`\`health.failReadinessOn[${index}]\` would do nothing ${missing}: set that, or remove the rule.`];
    }),
    ...(health.probe && options.endpoints?.every(({ client }) => client !== undefined)
      ? [
          '`health.probe` would do nothing, as each of `endpoints` has a `client` of its own and none is known to have a list of models: remove it.',
        ]
      : []),
  ];
}

/** @param under The path of what holds the rules, with a dot after it. */
export function ruleContradictions({ failReadinessOn = [], ignore = [] }: HealthRuleOptions, under = ''): string[] {
  return [
    ...repeated(failReadinessOn, `${under}failReadinessOn`),
    ...repeated(ignore, `${under}ignore`),
    ...failReadinessOn
      .filter((rule) => ignore.includes(rule))
      .map((rule) => `\`${under}failReadinessOn\` and \`${under}ignore\` both name '${rule}': keep one of them.`),
  ];
}

function repeated(rules: readonly HealthRule[], path: string): string[] {
  return rules.flatMap((rule, index) =>
    rules.indexOf(rule) === index ? [] : [`\`${path}[${index}]\` repeats '${rule}': name it once.`],
  );
}

/** What a rule needs to find anything; `null` where it has it. */
function whatIsMissing(rule: HealthRule, { probe }: HealthOptions, options: ClaudeModuleOptions): string | null {
  const { circuit, rateLimit, cost, store } = options;
  if (rule === 'probe' && !probe) return 'without `health.probe`';
  if (rule === 'circuit' && circuit === false) return 'with `circuit: false`';
  if (rule === 'limiter' && rateLimit === false) return 'with `rateLimit: false`';
  if (rule === 'store' && store === undefined) return 'without a `store` of your own';
  if (rule === 'ledger' && (cost === false || cost?.ledger?.store === undefined)) return 'without `cost.ledger.store`';
  if (rule === 'budget' && (cost === false || !cost?.budgets?.length)) return 'without `cost.budgets`';
  return null;
}
