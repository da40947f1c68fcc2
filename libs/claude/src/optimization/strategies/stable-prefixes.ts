import { createHash } from 'node:crypto';
import type { Clock } from '../../call/clock.js';
import { CACHE_LIFETIME_MS } from '../../cost/savings/warm-prompts.js';
import { RecentKeys } from '../../rate-limit/recent-keys.js';

/** Prefixes that are remembered: 32 bytes and two times each. */
const MAX_PREFIXES = 10_000;

interface Sighting {
  seenAtMs: number;
  /** When it was last written to the cache, or read from it. */
  cachedAtMs: number;
}

/** Which beginnings of requests came before, and which of them should be in the prompt cache. */
export class StablePrefixes {
  readonly #sightings = new RecentKeys<Sighting>(MAX_PREFIXES);

  constructor(private readonly clock: Clock) {}

  /** Whether it came before, within the time the cache would have kept it. */
  isStable(key: string): boolean {
    return this.#isRecent(this.#sightings.get(key)?.seenAtMs);
  }

  /** Whether it was marked before, and should still be in the cache. */
  isCached(key: string): boolean {
    return this.#isRecent(this.#sightings.get(key)?.cachedAtMs);
  }

  /** Takes note of it, and whether it is cached from now on. */
  note(key: string, isCached: boolean): void {
    const nowMs = this.clock.now();
    const sighting = this.#sightings.obtain(key, () => ({ seenAtMs: nowMs, cachedAtMs: -Infinity }));
    sighting.seenAtMs = nowMs;
    if (isCached) sighting.cachedAtMs = nowMs;
  }

  #isRecent(atMs = -Infinity): boolean {
    return this.clock.now() - atMs < CACHE_LIFETIME_MS;
  }
}

/** One key for the same content, however long, after another key. */
export function prefixKey(before: string, content: unknown): string {
  return createHash('sha256')
    .update(before)
    .update('\n')
    .update(JSON.stringify(content) ?? '')
    .digest('base64');
}
