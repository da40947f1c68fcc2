import { createHmac, randomBytes } from 'node:crypto';
import { KeyUnavailableError } from '../errors/errors.js';
import { keyProblem } from './check-key.js';
import type { KeyLease } from './key-source.js';

/** Of this process alone, so that a fingerprint in a log can be tried against no list of keys. */
const FINGERPRINT_KEY = randomBytes(32);

/** Eight hexadecimal digits that tell keys apart within this process and lead back to none. */
export function fingerprintOf(value: string): string {
  return createHmac('sha256', FINGERPRINT_KEY).update(value).digest('hex').slice(0, 8);
}

/** A key in use. Whatever prints it shows its id. */
export class LiveKey {
  /** What it may be called anywhere. */
  readonly id: string;
  /** The same for the same key, whatever its source calls it. */
  readonly print: string;
  /** Whether the API has refused it and has not taken it since. */
  suspect = false;
  readonly #authorization: string;

  constructor(value: string, id: string | undefined) {
    this.#authorization = `Bearer ${value}`;
    this.print = fingerprintOf(value);
    this.id = id !== undefined && isSafeId(id, value) ? id : this.print;
  }

  /** What a request carries it as. */
  get authorization(): string {
    return this.#authorization;
  }

  get value(): string {
    return this.#authorization.slice('Bearer '.length);
  }

  is(other: LiveKey): boolean {
    return this.#authorization === other.#authorization;
  }

  holds(value: string): boolean {
    return this.#authorization === `Bearer ${value}`;
  }

  toJSON(): string {
    return this.id;
  }
}

/** A name of its own, short enough for a log line, that shows no part of the key. */
function isSafeId(id: string, value: string): boolean {
  return /^[\w.:/@-]{1,100}$/.test(id) && !id.includes(value) && !value.includes(id);
}

/** A key that was fetched, and what is known of it. */
export interface FetchedKey {
  readonly value: string;
  readonly id: string | undefined;
  readonly expiresAt: number | null;
}

/**
 * What a source gave, checked.
 *
 * @param source What gave it, as the beginning of a sentence.
 * @throws KeyUnavailableError saying what is wrong with it, without it.
 */
export function checkFetched(given: unknown, source: string): FetchedKey {
  const lease: Partial<KeyLease> =
    typeof given === 'object' && given !== null ? given : { value: given as KeyLease['value'] };
  const value: unknown = typeof lease.value === 'string' ? lease.value.trim() : lease.value;
  const problem = keyProblem(value);
  if (problem !== null) throw new KeyUnavailableError(`What ${source} gave ${problem}: it must give the key.`);
  const { id, expiresAt } = lease;
  return {
    value: String(value),
    id: typeof id === 'string' ? id : undefined,
    expiresAt: typeof expiresAt === 'number' && Number.isFinite(expiresAt) ? expiresAt : null,
  };
}
