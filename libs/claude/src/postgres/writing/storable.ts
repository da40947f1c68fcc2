import { createHash } from 'node:crypto';
import type { UsageEntry } from '../../cost/ledger/usage-entry.js';

/** What PostgreSQL has in no text: NUL, and halves of characters. Callers choose names, and must not be able to stop a lot. */
const UNSTORABLE = /\\u(?:0000|d[89a-f][0-9a-f]{2})/i;

/** An index holds no more of a name than some 2,700 bytes. */
const LONGEST_NAME = 600;

/** An entry as PostgreSQL can keep it: itself, or with U+FFFD for each character that it cannot. */
export function storable(entry: UsageEntry): UsageEntry {
  const json = JSON.stringify(entry);
  return UNSTORABLE.test(json) ? (clean(entry) as UsageEntry) : entry;
}

function clean(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed().replaceAll('\0', '\u{FFFD}');
  if (Array.isArray(value)) return value.map(clean);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, held]) => [clean(key), clean(held)]));
}

/** A name as a rollup knows it: a long one by its beginning and its hash. */
export function rollupName(name: string): string {
  if (name.length <= LONGEST_NAME) return name;
  return `${name.slice(0, LONGEST_NAME - 20).toWellFormed()}…${sha256(name).slice(0, 16)}`;
}

/** What an id is known by: a UUID takes a third of the room of an id, whose length nobody bounds. */
export function keyOf(id: string): string {
  const hex = sha256(id);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
