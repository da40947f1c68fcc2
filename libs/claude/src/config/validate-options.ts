import type { ClaudeModuleOptions } from '../claude.options.js';
import { InvalidOptionsError } from '../errors/errors.js';
import { contradictions } from './contradictions.js';
import { OPTIONS_SCHEMA } from './options.schema.js';
import { schemaProblems } from './schema-problems.js';

/**
 * Refuses options that are not understood to the letter: an unknown key or a wrong type would otherwise be configuration
 * that does nothing.
 *
 * @throws InvalidOptionsError naming everything that is wrong.
 */
export function validateOptions(options: unknown): ClaudeModuleOptions {
  return accepted(options, 'options of ClaudeModule', schemaProblems(OPTIONS_SCHEMA, options), contradictions);
}

/**
 * A value whose shape holds and that does not contradict itself.
 *
 * @throws InvalidOptionsError naming all that is wrong with the shape, else all that contradicts itself.
 */
export function accepted<T>(
  value: unknown,
  what: string,
  misshapen: readonly string[],
  contradictionsOf: (value: T) => readonly string[],
): T {
  const problems = misshapen.length > 0 ? misshapen : contradictionsOf(value as T);
  if (problems.length === 0) return value as T;
  throw new InvalidOptionsError(`Invalid ${what}:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
}
