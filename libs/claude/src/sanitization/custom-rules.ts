import vm from 'node:vm';
import { InvalidOptionsError } from '../errors/errors.js';
import type { InjectionRule } from './detection/injection-rule.js';
import { INJECTION_RULES } from './detection/rules/injection-rules.js';
import type { CustomRule, SanitizationOptions } from './sanitization.options.js';

/** As much as a rule of the user's own sees at a time. */
export const RULE_WINDOW = 4_096;

/** How long it may take for the most hostile of such windows, in milliseconds. */
const LONGEST_MS = 50;
const TRIES = Array.from({ length: 5 });

/** A repetition of something that repeats without end itself. */
const NESTED = /\((?:[^()\\]|\\.)*(?:[*+]|\{\d+,\})\??(?:[^()\\]|\\.)*\)(?:[*+]|\{\d+,\})/;

/**
 * Rules of the user's own, ready to be used.
 *
 * @throws InvalidOptionsError naming every one that is unsafe, every id and name that is taken, and every disabled rule that there is not.
 */
export function checkedRules({
  rules = [],
  disabledRules = [],
  detectors = [],
}: SanitizationOptions): readonly InjectionRule[] {
  const builtIn = new Set(INJECTION_RULES.map(({ id }) => id));
  const taken = new Set(builtIn);
  const problems = disabledRules
    .filter((id) => !builtIn.has(id))
    .map(
      (id) =>
        `\`sanitization.disabledRules\` names '${id}', which is no built-in rule: correct its spelling or remove it.`,
    );
  for (const [index, rule] of rules.entries()) {
    const path = `sanitization.rules[${index}]`;
    if (taken.has(rule.id))
      problems.push(`\`${path}.id\` is '${rule.id}', which another rule has: choose another one.`);
    taken.add(rule.id);
    const problem = problemOf(rule.expression);
    if (problem !== null) problems.push(`\`${path}.expression\` ${problem}`);
  }
  for (const [index, { name }] of detectors.entries()) {
    if (detectors.findIndex((each) => each.name === name) === index) continue;
    problems.push(
      `\`sanitization.detectors[${index}].name\` is '${name}', which another detector has: choose another one.`,
    );
  }
  if (problems.length === 0) return rules.map(asRule);
  throw new InvalidOptionsError(
    `Invalid options of ClaudeModule:\n${problems.map((each) => `  - ${each}`).join('\n')}`,
  );
}

function asRule({ id, expression, category = 'custom', score = 1 }: CustomRule): InjectionRule {
  const flags = expression.flags.includes('g') ? expression.flags : `${expression.flags}g`;
  return { id, category, score, over: 'text', expression: new RegExp(expression.source, flags), window: RULE_WINDOW };
}

function problemOf(expression: RegExp): string | null {
  if (/[vy]/.test(expression.flags)) return 'must not have the flags `v` or `y`: remove them.';
  if (expression.test('')) return 'matches the empty text, so it would match everywhere: make it ask for something.';
  if (NESTED.test(expression.source)) {
    return 'repeats what itself repeats without end, which takes exponential time on some texts: bound one of the two repetitions.';
  }
  return isQuick(expression)
    ? null
    : `takes more than ${LONGEST_MS} ms on a hostile text of ${RULE_WINDOW} characters: bound each of its repetitions, and put none next to another.`;
}

/** Tries it on what makes careless expressions go back and forth. The time limit ends it even where it never would. */
function isQuick({ source, flags }: RegExp): boolean {
  const context = vm.createContext({ expression: new RegExp(source, flags.replace('g', '')), text: '' });
  const script = new vm.Script('expression.test(text)');
  const runsInTime = (text: string): boolean => {
    context['text'] = text;
    try {
      script.runInContext(context, { timeout: LONGEST_MS });
      return true;
    } catch (error) {
      if (isTimeOut(error)) return false;
      throw error;
    }
  };
  // Once for the engine to compile it.
  runsInTime('');
  // What is slow is so each time; on a busy machine anything may be once.
  return hostileTexts(source).every((text) => TRIES.some(() => runsInTime(text)));
}

function isTimeOut(error: unknown): boolean {
  return (
    typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
  );
}

const UNITS = ['a', 'A', '0', ' ', '\n', '-', '.', '"', '<', '(', 'a ', '0 ', 'a.', '<a', 'ab', 'aA0'];

/** Repetitions of usual units and of what the expression itself is made of, each with an end that does not match. */
function hostileTexts(source: string): string[] {
  const literals = source.match(/[\p{L}\p{N} ]{1,24}/gu) ?? [];
  const signs = source.match(/\\?[^\\\s\p{L}\p{N}()[\]{}|*+?^$.]/gu)?.map((sign) => sign.replace('\\', '')) ?? [];
  const units = new Set([...UNITS, ...literals, ...signs, ...literals.map((literal) => `${literal} `)]);
  const ends = ['', ...literals.slice(0, 4)];
  return [...units].flatMap((unit) => {
    const text = unit.repeat(Math.ceil(RULE_WINDOW / unit.length));
    return ends.map((begin) => `${(begin + text).slice(0, RULE_WINDOW - 1)}\u0001`);
  });
}
