import type { Random } from '../call/clock.js';
import { hash32 } from '../call/hash32.js';

/** mulberry32: small, fast, and the same sequence on every machine. */
export function createRandom(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `length` characters of base 36 that depend on the text alone. */
export function fillCharacters(text: string, length: number): string {
  const random = createRandom(hash32(text));
  let filled = '';
  while (filled.length < length) filled += Math.floor(random() * 36 ** 6).toString(36);
  return filled.slice(0, length);
}

/** Ids in the API's style (`req_01...`, `msg_01...`), the same for the same seed and order of requests. */
export class IdSource {
  readonly #tag: string;
  #count = 0;

  constructor(seed: string) {
    this.#tag = `01${fillCharacters(seed, 14)}`;
  }

  next(prefix: string): string {
    return `${prefix}_${this.#tag}${(++this.#count).toString(36).padStart(8, '0')}`;
  }
}
