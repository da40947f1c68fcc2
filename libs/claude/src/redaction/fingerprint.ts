import { hash, randomBytes } from 'node:crypto';

/** A key for {@link fingerprint} that nobody else has. */
export function newFingerprintKey(): Uint8Array {
  return randomBytes(32);
}

/**
 * Eight hex digits that are the same for the same value, and tell nothing of it: a keyed hash, so that a short value cannot
 * be found by trying them all.
 *
 * @param key What makes two fingerprints comparable. Keep it as secret as the values.
 */
export function fingerprint(value: string, key: Uint8Array): string {
  // Of an HMAC only the defence against longer messages is left out, which a digest that is cut off does not need.
  return hash('sha256', Buffer.concat([key, Buffer.from(value)]), 'hex').slice(0, 8);
}
