import { hash32 } from '../../call/hash32.js';

/** Something that can be chosen by its name. */
interface Named {
  readonly name: string;
  readonly weight: number;
}

/**
 * All of them in the order in which a key prefers them. Each key has an order of its own; when one goes, only the keys that
 * preferred it move, to their next. Those of a higher weight are preferred by more keys. (Rendezvous hashing, Thaler and
 * Ravishankar 1998; weighted as by Schindelhauer and Schomaker 2005)
 */
export function inPreference<T extends Named>(key: string, all: readonly T[]): T[] {
  return all
    .map((each) => ({ each, score: -each.weight / Math.log(unitHash(`${key}\0${each.name}`)) }))
    .toSorted((a, b) => b.score - a.score)
    .map(({ each }) => each);
}

/** A number above 0 and below 1 that looks random and is always the same for a text. */
export function unitHash(text: string): number {
  // FNV-1a leaves texts that differ at their end close to each other: mixed as MurmurHash 3 does at its end.
  let hash = hash32(text);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (((hash ^ (hash >>> 16)) >>> 0) + 0.5) / 2 ** 32;
}
