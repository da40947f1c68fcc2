import { KeyFileError } from './key-file-error.js';

/** One key of a file. While a key is rotated there are two: the newest that still holds is used. */
export interface StoredKey {
  readonly id: string;
  readonly value: string;
  /** Milliseconds since the Unix epoch. */
  readonly createdAtMs: number;
  /** From when on it must not be used; `null` for no such time. */
  readonly notAfterMs: number | null;
}

/** The same without the key. */
export type StoredKeyInfo = Omit<StoredKey, 'value'>;

/** The key to use now: the newest that has not ended. */
export function currentKey(keys: readonly StoredKey[], nowMs: number): StoredKey | undefined {
  const usable = keys.filter(({ notAfterMs }) => notAfterMs === null || notAfterMs > nowMs);
  return usable.toSorted((a, b) => a.createdAtMs - b.createdAtMs).at(-1);
}

export function encodeKeys(keys: readonly StoredKey[]): Buffer {
  return Buffer.from(JSON.stringify({ keys }), 'utf8');
}

/** @throws KeyFileError when it is no list of keys. */
export function decodeKeys(bytes: Buffer): StoredKey[] {
  try {
    const { keys } = JSON.parse(bytes.toString('utf8')) as { keys?: unknown };
    if (Array.isArray(keys) && keys.every(isStoredKey)) return keys;
  } catch {
    // The parser's own message quotes the text.
  }
  throw new KeyFileError('holds no list of keys');
}

function isStoredKey(value: unknown): value is StoredKey {
  if (typeof value !== 'object' || value === null) return false;
  const { id, value: key, createdAtMs, notAfterMs } = value as Partial<StoredKey>;
  const ends = notAfterMs === null || Number.isFinite(notAfterMs);
  return typeof id === 'string' && typeof key === 'string' && Number.isFinite(createdAtMs) && ends;
}
