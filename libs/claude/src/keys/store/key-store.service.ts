import { randomBytes } from 'node:crypto';
import { systemClock, type Clock } from '../../call/clock.js';
import { InvalidOptionsError } from '../../errors/errors.js';
import { keyProblem } from '../check-key.js';
import type { StoredKeyInfo } from '../encrypted/stored-key.js';
import { keyStoreOf, type KeyStore, type KeyStoreTarget } from './key-store.js';

/** A stored key as it may be shown. */
export type ListedKey = StoredKeyInfo & { readonly inUse: boolean };

/** How long the key before still holds after a rotation, in milliseconds. */
export const ROTATION_GRACE_MS = 3_600_000;

/**
 * Stores keys on this machine, as `npx nestjs-claude key` does. Needs no module: provide it where it is wanted, or make one.
 *
 * ```ts
 * await new KeyStoreService().set({ to: 'file', secret: { kekFile: '/run/secrets/kek' } }, key);
 * ```
 */
export class KeyStoreService {
  readonly #clock: Pick<Clock, 'wall'>;

  constructor(clock: Pick<Clock, 'wall'> = systemClock) {
    this.#clock = clock;
  }

  /**
   * Stores a key in the place of all others.
   *
   * @returns What it is called.
   * @throws InvalidOptionsError when it is no key.
   * @throws KeyUnavailableError when it cannot be stored; what was there is as before then.
   */
  async set(target: KeyStoreTarget, value: string): Promise<string> {
    const key = this.#newKey(value);
    await (await this.#store(target)).set(key);
    return key.id;
  }

  /** The keys that are stored, without the keys. */
  async list(target: KeyStoreTarget): Promise<readonly ListedKey[]> {
    return (await this.#store(target)).list();
  }

  /**
   * Stores a further key, which is used from now on. In a file the ones before it stay for `graceMs`, default an hour, so that
   * removing the new one brings the old one back; a keyring keeps one.
   *
   * @returns What it is called.
   */
  async rotate(target: KeyStoreTarget, value: string, graceMs = ROTATION_GRACE_MS): Promise<string> {
    if (!(graceMs >= 0)) throw new InvalidOptionsError('`graceMs` must be a number of milliseconds of at least 0.');
    const key = this.#newKey(value);
    await (await this.#store(target)).rotate(key, graceMs);
    return key.id;
  }

  /**
   * Removes one key, or all of them when none is named.
   *
   * @returns Whether there was anything to remove.
   */
  async remove(target: KeyStoreTarget, id?: string): Promise<boolean> {
    return (await this.#store(target)).remove(id);
  }

  #store(target: KeyStoreTarget): Promise<KeyStore> {
    return keyStoreOf(target, this.#clock);
  }

  #newKey(given: string): { id: string; value: string; createdAtMs: number; notAfterMs: null } {
    const value = given.trim();
    const problem = keyProblem(value);
    if (problem !== null) throw new InvalidOptionsError(`The key ${problem}: give the key, as one line.`);
    return { id: `key-${randomBytes(4).toString('hex')}`, value, createdAtMs: this.#clock.wall(), notAfterMs: null };
  }
}
