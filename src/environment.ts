import { readFileSync } from 'node:fs';
import { SettingsError } from './errors/settings-error.js';

/** What the process was started with. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A variable without the space around it; `null` where it is not set, or empty. */
export function textOf(env: Environment, name: string): string | null {
  return env[name]?.trim() || null;
}

/** @throws SettingsError for what is no whole number within the bounds. */
export function wholeNumber(env: Environment, name: string, fallback: number, min: number, max: number): number {
  const text = textOf(env, name);
  if (text === null) return fallback;
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new SettingsError(`${name} must be a whole number from ${min} to ${max}, not ${JSON.stringify(text)}.`);
}

/** @throws SettingsError for what is no port. */
export function portOf(env: Environment, name: string, fallback: number): number {
  return wholeNumber(env, name, fallback, 0, 65_535);
}

/**
 * A secret: a variable, or what stands in the file that the variable with `_FILE` behind its name names.
 *
 * @throws SettingsError where both are set, or the file cannot be read or is empty. It never quotes what stands there.
 */
export function secretOf(env: Environment, name: string): string | null {
  const file = textOf(env, `${name}_FILE`);
  if (file === null) return textOf(env, name);
  if (textOf(env, name) !== null) {
    throw new SettingsError(`${name} and ${name}_FILE are both set: unset one of them.`);
  }
  const secret = readSecretFile(`${name}_FILE`, file).trim();
  if (secret !== '') return secret;
  throw new SettingsError(`${name}_FILE names an empty file: put the secret there, or unset the variable.`);
}

function readSecretFile(variable: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new SettingsError(`${variable} cannot be read (${code}): correct the path, or unset the variable.`);
  }
}
