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
