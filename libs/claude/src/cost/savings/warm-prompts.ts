import { RecentKeys } from '../../rate-limit/recent-keys.js';

/** How long the prompt cache keeps what nobody reads ("Prompt caching" in the Anthropic API docs). */
export const CACHE_LIFETIME_MS = 300_000;

/** Names of models and kinds of work may come from users, so there is an end to those that are remembered. */
const MAX_KINDS = 1_000;

/** A stretch of time in which a prompt is in the cache. */
interface Stretch {
  /** When the call that wrote it was over. */
  fromMs: number;
  /** Read again before, it stays for longer. */
  untilMs: number;
}

/** What the prompt cache would hold if calls of one kind had marked what they have in common. */
export class WarmPrompts {
  readonly #stretches = new RecentKeys<Stretch>(MAX_KINDS);

  /**
   * Takes note of a call, in wall-clock milliseconds.
   *
   * @returns Whether it would have found its prompt in the cache; if not, it would have written it.
   */
  find(kind: string, startedAtMs: number, endedAtMs: number): boolean {
    const stretch = this.#stretches.obtain(kind, () => ({ fromMs: -Infinity, untilMs: -Infinity }));
    const isWarm = stretch.fromMs <= startedAtMs && startedAtMs < stretch.untilMs;
    if (startedAtMs >= stretch.untilMs) stretch.fromMs = endedAtMs;
    stretch.untilMs = Math.max(stretch.untilMs, startedAtMs + CACHE_LIFETIME_MS);
    return isWarm;
  }
}
