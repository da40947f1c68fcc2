import type { Clock } from '../call/clock.js';
import type { LiveKey } from './live-key.js';

/** How long a refused key is left alone at first; it doubles with each probe that is refused too. */
export const FIRST_REST_MS = 5_000;
/** The longest it is left alone. */
export const LONGEST_REST_MS = 300_000;
/** How long one call may take to show whether the key is taken again, before another one tries. */
const PROBE_MS = 30_000;
/** Far more keys than any rotation brings in the time that matters. */
const MOST_REMEMBERED = 16;

interface Refused {
  readonly id: string;
  restMs: number;
  untilMs: number;
  probing: boolean;
}

/**
 * Keys that the API refused. Such a key is left alone for a while, then one call tries it: a revoked key costs a few
 * requests an hour, and one that was refused by mistake is back within seconds.
 */
export class RefusedKeys {
  readonly #refused = new Map<string, Refused>();

  constructor(private readonly clock: Clock) {}

  get isEmpty(): boolean {
    return this.#refused.size === 0;
  }

  /** What they are called, the latest last. */
  get ids(): readonly string[] {
    return [...this.#refused.values()].map(({ id }) => id);
  }

  /** For how long the key must still be left alone; 0 when a call may carry it, which then is the one that tries. */
  restMs(key: LiveKey): number {
    const refused = this.#refused.get(key.print);
    return refused === undefined ? 0 : Math.max(0, refused.untilMs - this.clock.now());
  }

  has(key: LiveKey): boolean {
    return this.#refused.has(key.print);
  }

  /** A call carries a key that has been left alone long enough. */
  probe(key: LiveKey): void {
    const refused = this.#refused.get(key.print);
    if (refused === undefined) return;
    refused.probing = true;
    refused.untilMs = this.clock.now() + PROBE_MS;
    key.suspect = true;
  }

  /** Whether a refusal of the key tells anything new: not while it is left alone after the last one. */
  isNews(key: LiveKey): boolean {
    const refused = this.#refused.get(key.print);
    return refused === undefined || refused.probing || this.restMs(key) === 0;
  }

  /** @returns Whether it was taken until now. */
  add(key: LiveKey): boolean {
    key.suspect = true;
    const known = this.#refused.get(key.print);
    if (known !== undefined) {
      if (this.isNews(key)) {
        known.restMs = Math.min(LONGEST_REST_MS, 2 * known.restMs);
        known.untilMs = this.clock.now() + known.restMs;
        known.probing = false;
      }
      return false;
    }
    const untilMs = this.clock.now() + FIRST_REST_MS;
    this.#refused.set(key.print, { id: key.id, restMs: FIRST_REST_MS, untilMs, probing: false });
    for (const oldest of this.#refused.keys()) if (this.#refused.size > MOST_REMEMBERED) this.#refused.delete(oldest);
    return true;
  }

  /** @returns Whether it was there. */
  delete(key: LiveKey): boolean {
    key.suspect = false;
    return this.#refused.delete(key.print);
  }
}
