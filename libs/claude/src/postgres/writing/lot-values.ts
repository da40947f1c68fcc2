import type { UsageEntry } from '../../cost/ledger/usage-entry.js';
import { SAVING_KINDS } from '../../cost/savings/call-savings.js';
import { ROLLUP_SUMS } from '../ledger-sql.js';
import type { RollupRow } from './rollup-rows.js';

/** Arrays are written here: `pg` would take most of the time of a lot for it, as it does not know what is in them. */
const NEEDS_ESCAPE = /["\\]/;
const ESCAPED = /["\\]/g;

/** Which ids, and of when. */
export function keyValues(byKey: ReadonlyMap<string, UsageEntry>): unknown[] {
  return [numbers([...byKey.keys()]), numbers(Array.from(byKey.values(), timeOf))];
}

/** A column for each field, in the order of the statement. */
export function entryValues(entries: readonly UsageEntry[]): unknown[] {
  const texts = (['id', 'operation', 'model', 'requestType', 'user', 'outcome'] as const).map((field) =>
    textArray(entries.map((entry) => entry[field])),
  );
  return [
    numbers(entries.map(timeOf)),
    ...texts,
    numbers(entries.map(({ costNanoUsd }) => costNanoUsd)),
    JSON.stringify(entries.map(({ tags }) => tags)),
    JSON.stringify(entries.map(toldSavings)),
    JSON.stringify(entries.map(({ parts }) => parts)),
  ];
}

export function rollupValues(rows: readonly RollupRow[]): unknown[] {
  return [
    textArray(rows.map(({ tier }) => tier)),
    numbers(rows.map(({ bucketMs }) => bucketMs)),
    textArray(rows.map(({ dimension }) => dimension)),
    textArray(rows.map(({ name }) => name)),
    ...ROLLUP_SUMS.map((_, index) => numbers(rows.map(({ sums }) => sums[index] ?? 0))),
  ];
}

function timeOf({ atMs }: UsageEntry): number {
  return Math.floor(atMs);
}

/** Most calls are concerned by one or two figures of eight. */
function toldSavings({ savingsNanoUsd }: UsageEntry): Readonly<Record<string, number>> {
  const told: Record<string, number> = {};
  for (const kind of SAVING_KINDS) {
    const nanoUsd = savingsNanoUsd[kind];
    if (nanoUsd !== null) told[kind] = nanoUsd;
  }
  return told;
}

/** Of what holds neither separators nor quotes. */
function numbers(values: readonly (number | string)[]): string {
  return `{${values.join(',')}}`;
}

function textArray(values: readonly (string | null)[]): string {
  return `{${values.map((value) => (value === null ? 'NULL' : quotedText(value))).join(',')}}`;
}

function quotedText(value: string): string {
  return `"${NEEDS_ESCAPE.test(value) ? value.replaceAll(ESCAPED, '\\$&') : value}"`;
}
