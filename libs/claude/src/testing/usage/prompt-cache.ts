import { createHash } from 'node:crypto';
import type { Clock } from '../../call/clock.js';
import type { CacheTtl } from './cache-control.js';
import type { Prompt } from './prompt.js';

const TTL_MS: Readonly<Record<CacheTtl, number>> = { '5m': 5 * 60_000, '1h': 60 * 60_000 };

/** How many blocks before a breakpoint are looked at for an older entry ("Prompt caching" in the Anthropic API docs). */
const LOOKBACK_BLOCKS = 20;

/** Expired entries are swept out when there are more than this. */
const SWEEP_ABOVE = 10_000;

/** A prompt's tokens, each in one of these. */
export interface InputTokens {
  readonly fresh: number;
  readonly read: number;
  readonly write5m: number;
  readonly write1h: number;
}

/** What a request would read and write; `commit` makes it so. */
export interface CachePlan extends InputTokens {
  commit(): void;
}

interface Entry {
  readonly ttlMs: number;
  expiresAtMs: number;
}

interface Write {
  readonly key: string;
  readonly ttlMs: number;
}

/** The prompt cache of all organizations: exact prefixes per model, which expire by the clock and live on when read. */
export class PromptCache {
  readonly #clock: Clock;
  readonly #minimumTokens: number;
  readonly #entries = new Map<string, Entry>();

  constructor(clock: Clock, minimumTokens: number) {
    this.#clock = clock;
    this.#minimumTokens = minimumTokens;
  }

  plan(organization: string, model: string, prompt: Prompt): CachePlan {
    if (!prompt.hasBreakpoints) return { fresh: prompt.tokens, read: 0, write5m: 0, write1h: 0, commit: () => {} };
    const keys = prefixKeys(`${organization}\n${model}`, prompt);
    const hit = this.#longestHit(prompt, keys);
    return this.#planFrom(hit, prompt, keys);
  }

  clear(): void {
    this.#entries.clear();
  }

  /** Index of the last block of the longest cached prefix, -1 for none. */
  #longestHit(prompt: Prompt, keys: readonly string[]): number {
    const breakpoints = prompt.blocks.flatMap(({ ttl }, index) => (ttl ? [index] : []));
    for (const breakpoint of breakpoints.toReversed()) {
      for (let i = breakpoint; i >= 0 && i >= breakpoint - LOOKBACK_BLOCKS; i--) {
        if (this.#live(keys[i])) return i;
      }
    }
    return -1;
  }

  #planFrom(hit: number, prompt: Prompt, keys: readonly string[]): CachePlan {
    const tokens = { read: 0, '5m': 0, '1h': 0 };
    const writes: Write[] = [];
    let prefix = 0;
    let pending = 0;
    for (const [index, block] of prompt.blocks.entries()) {
      prefix += block.tokens;
      if (index <= hit) {
        tokens.read += block.tokens;
        continue;
      }
      pending += block.tokens;
      if (!block.ttl || prefix < this.#minimumTokens) continue;
      tokens[block.ttl] += pending;
      pending = 0;
      writes.push({ key: keys[index] ?? '', ttlMs: TTL_MS[block.ttl] });
    }
    const commit = (): void => this.#commit(keys.slice(0, hit + 1), writes);
    return { fresh: pending, read: tokens.read, write5m: tokens['5m'], write1h: tokens['1h'], commit };
  }

  #commit(readKeys: readonly string[], writes: readonly Write[]): void {
    const nowMs = this.#clock.now();
    for (const key of readKeys) {
      const entry = this.#live(key);
      if (entry) entry.expiresAtMs = nowMs + entry.ttlMs;
    }
    for (const { key, ttlMs } of writes) this.#entries.set(key, { ttlMs, expiresAtMs: nowMs + ttlMs });
    if (this.#entries.size > SWEEP_ABOVE) this.#sweep(nowMs);
  }

  #live(key: string | undefined): Entry | undefined {
    const entry = key === undefined ? undefined : this.#entries.get(key);
    return entry && entry.expiresAtMs > this.#clock.now() ? entry : undefined;
  }

  #sweep(nowMs: number): void {
    for (const [key, { expiresAtMs }] of this.#entries) if (expiresAtMs <= nowMs) this.#entries.delete(key);
  }
}

/** A key for every prefix: the hash of the prefix before it and its own last block. */
function prefixKeys(domain: string, prompt: Prompt): readonly string[] {
  let key = domain;
  return prompt.blocks.map(({ text }) => {
    key = createHash('sha256').update(key).update('\n').update(text).digest('base64');
    return key;
  });
}
