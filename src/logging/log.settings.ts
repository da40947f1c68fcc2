import { textOf, type Environment } from '../environment.js';
import { SettingsError } from '../errors/settings-error.js';

/** From the least important to the most. */
const LEVELS = ['verbose', 'debug', 'log', 'warn', 'error', 'fatal'] as const;

const FORMATS = ['text', 'json'] as const;

/** What the gateway logs, and how. */
export interface LogSettings {
  /** From `LOG_LEVEL`: that level and all above it, none for `off`. Default `log`, at which each call has a line. */
  readonly levels: readonly (typeof LEVELS)[number][];
  /** From `LOG_FORMAT`: lines of text, or of JSON. Default `text`. */
  readonly format: (typeof FORMATS)[number];
}

/** @throws SettingsError naming the variable and the words it takes. */
export function readLogSettings(env: Environment): LogSettings {
  const level = wordOf(env, 'LOG_LEVEL', [...LEVELS, 'off'] as const, 'log');
  return {
    levels: level === 'off' ? [] : LEVELS.slice(LEVELS.indexOf(level)),
    format: wordOf(env, 'LOG_FORMAT', FORMATS, 'text'),
  };
}

function wordOf<T extends string>(env: Environment, name: string, words: readonly T[], fallback: T): T {
  const text = textOf(env, name);
  if (text === null) return fallback;
  const word = words.find((each) => each === text);
  if (word !== undefined) return word;
  throw new SettingsError(`${name} must be one of ${words.join(', ')}, not ${JSON.stringify(text)}.`);
}
