import { InvalidOptionsError } from '../../errors/errors.js';
import { keyProblem } from '../check-key.js';
import type { ClaudeKeySource } from '../key-source.js';

/**
 * A key that is known now. The same as the string itself, for code that deals in sources.
 *
 * @throws InvalidOptionsError when it is no key.
 */
export function keyFromValue(value: string): ClaudeKeySource {
  const key = checked(value, 'The value of `keyFromValue()`');
  return { name: 'value', getKey: () => Promise.resolve(key) };
}

/**
 * The key in an environment variable, read whenever the key is fetched.
 *
 * @param name Default `ANTHROPIC_API_KEY`.
 * @throws InvalidOptionsError when it is not set now, or holds no key.
 */
export function keyFromEnvironment(name = 'ANTHROPIC_API_KEY'): ClaudeKeySource {
  const read = (): string => checked(process.env[name], `The environment variable ${name}`);
  read();
  return { name: `environment ${name}`, getKey: () => Promise.resolve(read()) };
}

function checked(given: string | undefined, title: string): string {
  if (given === undefined) throw new InvalidOptionsError(`${title} is not set: set it to the key, as one line.`);
  const key = given.trim();
  const problem = keyProblem(key);
  if (problem === null) return key;
  throw new InvalidOptionsError(`${title} ${problem}: set it to the key, as one line.`);
}
