import { z } from 'zod';
import { OPTIMIZATION_STRATEGIES, type GivenStrategy } from '../../optimization/optimize.options.js';
import { strategyName } from '../../optimization/strategy-name.js';
import { SMALLER_MODEL_ALLOWANCES } from '../../optimization/strategies/smaller-model.options.js';
import { hasWord } from '../../optimization/strategies/words.js';
import { atLeast, count, flag, fn, isObject, isText, milliseconds, must, oneOf, share, text } from './checks.js';
import { smallerModels } from './cost-savings.schema.js';

const NAMES = OPTIMIZATION_STRATEGIES.map((name) => `'${name}'`).join(', ');

/** The strategy that options are for; whichever they were meant for, the problem reads the same. */
function use(name: (typeof OPTIMIZATION_STRATEGIES)[number]): z.ZodType<string> {
  return must(`one of ${NAMES}`, (value) => value === name);
}

const phrases = must<string[]>(
  'a list of words, or of several in a row',
  (value) => Array.isArray(value) && value.every((each) => typeof each === 'string' && hasWord(each)),
);

const smallerModel = z.strictObject({
  use: use('smaller-model'),
  models: smallerModels.optional(),
  isSimple: fn.optional(),
  isSimpleTimeoutMs: milliseconds.optional(),
  requestTypes: z.array(text, { error: 'must be a list of request types' }).optional(),
  simpleWords: phrases.optional(),
  hardWords: phrases.optional(),
  maxInputTokens: count.optional(),
  allow: z.array(oneOf(...SMALLER_MODEL_ALLOWANCES), { error: 'must be a list' }).optional(),
});

const shorterAnswer = z.strictObject({
  use: use('shorter-answer'),
  safetyFactor: atLeast(1).optional(),
  quantile: share.optional(),
  minimumAnswers: must<number>(
    'a whole number from 1 to 200',
    (value) => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 200,
  ).optional(),
  minimumTokens: count.optional(),
});

const trimHistory = z.strictObject({
  use: use('trim-history'),
  maxInputTokens: count.optional(),
  keepTurns: count.optional(),
});

const cacheBreakpoints = z.strictObject({
  use: use('cache-breakpoints'),
  minimumTokens: z.union([count, z.record(text, count)]).optional(),
});

const own = must<object>(
  `one of ${NAMES}, an object with one of them as \`use\`, or a strategy with a \`name\` and a \`propose\` method`,
  (value) =>
    OPTIMIZATION_STRATEGIES.some((name) => name === value) ||
    (isObject(value) &&
      'propose' in value &&
      fn.safeParse(value.propose).success &&
      'name' in value &&
      isText(value.name)),
);

export const optimize = z.strictObject({
  strategies: z
    .array(z.union([own, smallerModel, shorterAnswer, trimHistory, cacheBreakpoints]), { error: 'must be an array' })
    .min(1, { error: 'must be a list of at least one strategy' }),
  dryRun: flag.optional(),
});

/** Strategies that are fine by themselves and cannot hold together, or would do nothing. */
export function optimizeContradictions(strategies: readonly GivenStrategy[]): string[] {
  const names = strategies.map(strategyName);
  return strategies.flatMap((each, index) => {
    const path = `optimize.strategies[${index}]`;
    const first = names.indexOf(names[index] ?? '');
    const twice = `\`${path}\` is called as \`optimize.strategies[${first}]\` is: remove one, or give it another name.`;
    return [...(first < index ? [twice] : []), ...deafRules(path, each)];
  });
}

/** What is not asked where the user's own function is. */
function deafRules(path: string, given: GivenStrategy): string[] {
  if (typeof given === 'string' || !('use' in given) || given.use !== 'smaller-model') return [];
  if (given.isSimple === undefined) {
    if (given.isSimpleTimeoutMs === undefined) return [];
    return [`\`${path}.isSimpleTimeoutMs\` would do nothing without \`${path}.isSimple\`: set that too, or remove it.`];
  }
  const deaf = (['requestTypes', 'simpleWords', 'hardWords'] as const).filter((name) => given[name] !== undefined);
  return deaf.map((name) => `\`${path}.${name}\` would do nothing with \`${path}.isSimple\`: remove one of them.`);
}
