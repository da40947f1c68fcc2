import { createHmac, hash as hashAtOnce, randomBytes, timingSafeEqual } from 'node:crypto';
import { InvalidOptionsError } from '../../errors/errors.js';

/** What begins every key, so that scanners of code and logs can tell one. */
const PREFIX = 'gk-';
const ID = /^[A-Za-z0-9_-]{1,64}$/;
const SECRET_BYTES = 32;
const KEY = /^gk-([A-Za-z0-9_-]{1,64})\.([A-Za-z0-9_-]{43})$/;
const HASH = /^(?:sha256|hmac-sha256):[A-Za-z0-9_-]{43}$/;

/** A key that a gateway hands to one of its callers. */
export interface NewVirtualKey {
  readonly id: string;
  /** `gk-<id>.<secret>`, with 256 bits of randomness: for the caller, and to be kept nowhere else. */
  readonly key: string;
  /** What the gateway keeps of it: `sha256:...`, or `hmac-sha256:...` with a pepper. */
  readonly hash: string;
}

/** What is kept of a key, beside whatever else there is to say of its owner. */
export interface StoredVirtualKey {
  readonly id: string;
  readonly hash: string;
}

/**
 * Makes a key, as `npx nestjs-claude gateway-key create` does.
 *
 * @param id What it is called: 1 to 64 letters, digits, `_` and `-`. Default: random.
 * @param pepper A secret of the gateway that the hash needs beside the key, kept apart from the hashes. Default: none.
 * @throws InvalidOptionsError for an id of another form, or an empty pepper.
 */
export function createVirtualKey(id = randomBytes(6).toString('hex'), pepper: string | null = null): NewVirtualKey {
  if (!ID.test(id)) throw new InvalidOptionsError('The id of a key must be 1 to 64 letters, digits, `_` and `-`.');
  if (pepper === '') throw new InvalidOptionsError('The pepper is empty: give one, or leave it out.');
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  return {
    id,
    key: `${PREFIX}${id}.${secret}`,
    hash: `${algorithmOf(pepper)}:${digest(secret, pepper).toString('base64url')}`,
  };
}

/**
 * The keys of a gateway. It holds hashes alone, finds a key by its id, and takes as long over one that is wrong, or whose id
 * nobody has, as over a right one.
 */
export class VirtualKeyRing<Entry extends StoredVirtualKey> {
  readonly #entries = new Map<string, { readonly entry: Entry; readonly digest: Buffer }>();
  readonly #pepper: string | null;
  /** Compared with where there is nothing to compare with. Equals no digest but by a chance of 1 in 2^256. */
  readonly #nobody = randomBytes(SECRET_BYTES);

  /** @throws InvalidOptionsError naming the entry, for an id or hash that is none or was made otherwise, or that is there twice. */
  constructor(entries: readonly Entry[], pepper: string | null = null) {
    this.#pepper = pepper;
    for (const [at, entry] of entries.entries()) {
      const problem = problemOf(entry, pepper) ?? (this.#entries.has(entry.id) ? 'has an id that is taken' : null);
      if (problem !== null) throw new InvalidOptionsError(`keys[${at}] ${problem}.`);
      const [, encoded = ''] = entry.hash.split(':');
      this.#entries.set(entry.id, { entry, digest: Buffer.from(encoded, 'base64url') });
    }
  }

  /** Whose key it is; `null` for one of nobody. */
  find(key: string): Entry | null {
    const [, id = '', secret = ''] = KEY.exec(key) ?? [];
    const known = this.#entries.get(id);
    const isRight = timingSafeEqual(digest(secret, this.#pepper), known?.digest ?? this.#nobody);
    return isRight && known !== undefined ? known.entry : null;
  }
}

function problemOf({ id, hash }: StoredVirtualKey, pepper: string | null): string | null {
  if (!ID.test(id)) return 'needs an `id` of 1 to 64 letters, digits, `_` and `-`';
  if (!HASH.test(hash))
    return 'needs a `hash` as `npx nestjs-claude gateway-key create` prints it, never the key itself';
  if (hash.startsWith(`${algorithmOf(pepper)}:`)) return null;
  return pepper === null
    ? 'was made with a pepper, which is not set'
    : 'was made without the pepper that is set: create the key anew with it';
}

function algorithmOf(pepper: string | null): 'sha256' | 'hmac-sha256' {
  return pepper === null ? 'sha256' : 'hmac-sha256';
}

/** The secret is random, so that one round is enough: there is nothing to guess. */
function digest(secret: string, pepper: string | null): Buffer {
  return pepper === null
    ? hashAtOnce('sha256', secret, 'buffer')
    : createHmac('sha256', pepper).update(secret).digest();
}
