import { z } from 'zod';
import {
  BUDGET_DEFAULTS,
  MAX_LIMIT_USD,
  MAX_ROLLING_MS,
  MIN_ROLLING_MS,
  type BudgetOptions,
} from '../../cost/budgets/budget.options.js';
import { exactNanoUsd } from '../../cost/budgets/exact-nano-usd.js';
import { inRange, must, oneOf, share, text, whole } from './checks.js';

const unit = oneOf('hour', 'day', 'week', 'month');

const timeZone = must<string>(
  "an IANA time zone, e.g. 'Europe/Berlin'",
  (value) => typeof value === 'string' && isZone(value),
);

const window = z.union([
  unit,
  z.strictObject({ calendar: unit, timeZone: timeZone.optional() }),
  z.strictObject({
    rollingMs: must<number>(
      `a whole number of milliseconds from ${MIN_ROLLING_MS} to ${MAX_ROLLING_MS}`,
      (value) => Number.isInteger(value) && inRange(value, MIN_ROLLING_MS, MAX_ROLLING_MS),
    ),
  }),
]);

const scope = z.union([
  must<'global'>(
    "'global', or one of { user }, { tag, value }, { model }, { key } and { requestType }",
    (value) => value === 'global',
  ),
  z.strictObject({ user: text }),
  z.strictObject({ tag: text, value: text }),
  z.strictObject({ model: text }),
  z.strictObject({ key: text }),
  z.strictObject({ requestType: text }),
]);

const budget = z.strictObject({
  name: text,
  limitUsd: must<number>(
    `a number of US dollars from 0 to ${MAX_LIMIT_USD} with at most nine decimals`,
    (value) => inRange(value, 0, MAX_LIMIT_USD) && exactNanoUsd(value as number) !== null,
  ),
  window,
  scope: scope.optional(),
  mode: oneOf('hard', 'soft', 'shadow').optional(),
  alertAt: must<number[]>(
    'a list of numbers above 0 and up to 1, each once',
    (value) =>
      Array.isArray(value) &&
      value.every((each) => share.safeParse(each).success) &&
      new Set(value).size === value.length,
  ).optional(),
  onShortfall: z
    .union([
      must<'refuse'>("'refuse', { clamp: { minTokens } } or { degrade: { to } }", (value) => value === 'refuse'),
      z.strictObject({ clamp: z.strictObject({ minTokens: whole(1, 1_000_000) }) }),
      z.strictObject({ degrade: z.strictObject({ to: text }) }),
    ])
    .optional(),
});

export const budgets = z.array(budget, { error: 'must be an array' });

/** Budgets that are fine by themselves and cannot hold together, or would do nothing. */
export function budgetContradictions(
  path: string,
  given: readonly BudgetOptions[],
  endpoints: readonly string[],
): string[] {
  const seen = new Set<string>();
  return given.flatMap(({ name, scope: whose, mode = BUDGET_DEFAULTS.mode, onShortfall, alertAt }, index) => {
    const at = `${path}[${index}]`;
    const problems: string[] = [];
    if (seen.has(name)) problems.push(`\`${at}.name\` is that of an earlier budget: give each a name of its own.`);
    seen.add(name);
    if (mode !== 'hard' && onShortfall !== undefined) {
      problems.push(
        `\`${at}.onShortfall\` would do nothing in mode '${mode}', which stops no call: remove it, or use mode 'hard'.`,
      );
    }
    if (mode === 'soft' && alertAt?.length === 0) {
      problems.push(`\`${at}\` would do nothing: a soft budget without \`alertAt\` tells nobody. Give it a threshold.`);
    }
    if (typeof whose === 'object' && 'key' in whose && whose.key !== '*' && !endpoints.includes(whose.key)) {
      problems.push(
        `\`${at}.scope.key\` is the name of no endpoint: there are ${endpoints.map((each) => `'${each}'`).join(', ')}.`,
      );
    }
    return problems;
  });
}

function isZone(name: string): boolean {
  try {
    return name !== '' && new Intl.DateTimeFormat('en', { timeZone: name }).format(0) !== '';
  } catch {
    return false;
  }
}
