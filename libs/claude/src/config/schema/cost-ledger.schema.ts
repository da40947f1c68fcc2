import { z } from 'zod';
import type { LedgerOptions } from '../../cost/ledger/ledger.options.js';
import type { UsageLedger } from '../../cost/ledger/usage-ledger.js';
import type { UsageSink } from '../../cost/ledger/usage-sink.js';
import { isObject, must, whole } from './checks.js';

const store = must<UsageLedger>('an object with methods `record`, `summarize` and `recent`', (value) =>
  hasMethods(value, ['record', 'summarize', 'recent']),
);

/** Those of every ledger. */
export const ledgerBounds = {
  minutesForHours: whole(1, 48),
  hoursForDays: whole(1, 60),
  days: whole(1, 3_660),
  maxUsers: whole(1, 100_000),
  maxTags: whole(1, 100_000),
};

export const ledger = z.strictObject({ store, ...ledgerBounds, recentEntries: whole(1, 100_000) }).partial();

const sink = must<UsageSink>(
  'an object with a non-empty `name` and a method `write`',
  (value) => hasMethods(value, ['write']) && typeof value['name'] === 'string' && value['name'] !== '',
);

export const sinks = z.array(sink, { error: 'must be an array' });

export function hasMethods(value: unknown, names: readonly string[]): value is Readonly<Record<string, unknown>> {
  return isObject(value) && names.every((name) => typeof (value as Record<string, unknown>)[name] === 'function');
}

/** Bounds of a memory that is not used. */
export function ledgerContradictions(path: string, { store: elsewhere, ...bounds }: LedgerOptions): string[] {
  if (elsewhere === undefined) return [];
  return Object.keys(bounds).map(
    (name) => `\`${path}.${name}\` would do nothing with \`${path}.store\`, which keeps its own bounds: remove it.`,
  );
}

/** Sinks that nobody could tell apart in events and counts. */
export function sinkContradictions(path: string, given: readonly UsageSink[]): string[] {
  const names = given.map(({ name }) => name);
  return names.flatMap((name, index) => {
    if (name === 'ledger') return [`\`${path}[${index}].name\` is taken by the ledger: choose another.`];
    const first = names.indexOf(name);
    return first === index ? [] : [`\`${path}[${index}].name\` is that of \`${path}[${first}]\`: choose another.`];
  });
}
