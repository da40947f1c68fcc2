import type { Clock } from '../call/clock.js';
import { KeyUnavailableError, ShuttingDownError } from '../errors/errors.js';
import { BACK_OFF_MS, REFRESH_BEFORE_END_MS, WAIT_BEFORE_END_MS, type KeyCacheSettings } from './key-cache.options.js';
import type { KeyFailure } from './key.events.js';
import { keyFailureOf, keyUnavailable } from './key-failure.js';
import type { ClaudeKeySource } from './key-source.js';
import type { KeySupply, SupplyListener } from './key-supply.js';
import { checkFetched, LiveKey, type FetchedKey } from './live-key.js';

/** A key that was fetched, and until when it is what. Milliseconds by the clock's `now()`. */
interface Held {
  readonly key: LiveKey;
  readonly fetchedAtMs: number;
  /** From here on it is fetched anew in the background. */
  readonly refreshAtMs: number;
  /** From here on calls wait for the fetch. */
  readonly waitAtMs: number;
  /** From here on it does not serve, whatever the source does. */
  readonly endsAtMs: number;
}

/**
 * Remembers the key of a source. A key at hand costs a call one look at the clock. One fetch is shared by all who wait for
 * it, is bounded in time, and is never repeated within five seconds of a failure; a failure is told and forgotten, and the
 * last good key serves as long as it may.
 */
export class CachedKeySource implements KeySupply {
  #held: Held | null = null;
  #fetch: Promise<LiveKey> | null = null;
  #forced: Promise<LiveKey> | null = null;
  #failure: { readonly error: unknown; readonly told: KeyFailure; readonly untilMs: number } | null = null;
  /** Fetches begun, and the latest one whose key has come: an older one that is late brings an older key. */
  #begun = 0;
  #latest = 0;
  #changedMeanwhile = false;
  readonly #closing = new AbortController();
  readonly #unwatch: (() => void) | undefined;

  constructor(
    private readonly source: ClaudeKeySource,
    private readonly settings: KeyCacheSettings,
    private readonly clock: Clock,
    private readonly listener: SupplyListener,
  ) {
    this.#unwatch = source.watch?.(() => this.#sourceChanged());
  }

  get name(): string {
    return this.source.name;
  }

  get held(): LiveKey | null {
    return this.#held?.key ?? null;
  }

  get fetchedAtMs(): number | null {
    return this.#held?.fetchedAtMs ?? null;
  }

  get endsAtMs(): number | null {
    return this.#held?.endsAtMs ?? null;
  }

  get lastFailure(): KeyFailure | null {
    return this.#failure?.told ?? null;
  }

  take(): LiveKey | Promise<LiveKey> {
    const held = this.#held;
    const now = this.clock.now();
    if (held !== null && now < held.refreshAtMs) return held.key;
    if (held !== null && now < held.waitAtMs) {
      if (this.#mayFetch(now)) this.#shared().catch(forget);
      return held.key;
    }
    return this.#awaited(now);
  }

  renew(byHand = false): Promise<LiveKey> {
    if (!byHand && this.#forced === null && !this.#mayFetch(this.clock.now())) return this.#refusal(this.clock.now());
    this.#forced ??= this.#ask(true).finally(() => {
      this.#forced = null;
      if (!this.#changedMeanwhile) return;
      this.#changedMeanwhile = false;
      this.#sourceChanged();
    });
    return this.#forced;
  }

  async close(): Promise<void> {
    this.#unwatch?.();
    this.#closing.abort(new KeyUnavailableError('The application is shutting down.'));
    await this.source.close?.();
  }

  /** The source says that there is another key. What is being fetched may still be the one before it. */
  #sourceChanged(): void {
    if (this.#closing.signal.aborted) return;
    if (this.#forced === null) this.renew(true).catch(forget);
    else this.#changedMeanwhile = true;
  }

  /** For calls that have to wait. The key they have serves on when the source fails before its end. */
  async #awaited(now: number): Promise<LiveKey> {
    try {
      return await (this.#mayFetch(now) ? (this.#forced ?? this.#shared()) : this.#refusal(now));
    } catch (error) {
      const held = this.#held;
      if (held !== null && this.clock.now() < held.endsAtMs) return held.key;
      throw error;
    }
  }

  #mayFetch(now: number): boolean {
    return this.#fetch !== null || this.#failure === null || now >= this.#failure.untilMs;
  }

  /** What those get who ask while the source is left alone after a failure. */
  #refusal(now: number): Promise<never> {
    const failure = this.#failure;
    const leftMs = Math.max(0, (failure?.untilMs ?? now) - now);
    return Promise.reject(keyUnavailable(failure?.error, this.#title, leftMs));
  }

  get #title(): string {
    return `The key source '${this.name}'`;
  }

  #shared(): Promise<LiveKey> {
    this.#fetch ??= this.#ask(false).finally(() => {
      this.#fetch = null;
    });
    return this.#fetch;
  }

  async #ask(forceRefresh: boolean): Promise<LiveKey> {
    this.#begun += 1;
    const turn = this.#begun;
    try {
      const fetched = checkFetched(await this.#bounded(forceRefresh), `the key source '${this.name}'`);
      if (this.#closing.signal.aborted || turn < this.#latest) return this.#held?.key ?? this.#hold(fetched);
      this.#latest = turn;
      return this.#hold(fetched);
    } catch (error) {
      if (this.#closing.signal.aborted || turn < this.#latest) throw keyUnavailable(error, this.#title);
      const told = keyFailureOf(error);
      this.#failure = { error, told, untilMs: this.clock.now() + BACK_OFF_MS };
      this.listener.failed(told, this.held);
      throw keyUnavailable(error, this.#title, BACK_OFF_MS);
    }
  }

  /** What the source gives, within the time it has. One that never answers holds nobody up. */
  #bounded(forceRefresh: boolean): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const controller = new AbortController();
      const { signal } = this.#closing;
      const letGo = (): void => {
        timer.cancel();
        signal.removeEventListener('abort', onClose);
      };
      const giveUp = (reason: Error): void => {
        letGo();
        reject(reason);
        controller.abort(reason);
      };
      const onClose = (): void => giveUp(new ShuttingDownError('The application is shutting down.'));
      const timer = this.clock.setTimer(() => giveUp(this.#late()), this.settings.timeoutMs);
      signal.addEventListener('abort', onClose, { once: true });
      // Also a source that throws at once is one that failed.
      Promise.resolve()
        .then(() => this.source.getKey({ forceRefresh, signal: controller.signal }))
        .then(resolve, reject)
        .finally(letGo);
    });
  }

  #late(): KeyUnavailableError {
    return new KeyUnavailableError(
      `${this.#title} gave no key within ${this.settings.timeoutMs} ms. See what it waits for, or raise \`keyCache.timeoutMs\`.`,
    );
  }

  #hold({ value, id, expiresAt }: FetchedKey): LiveKey {
    this.#failure = null;
    const previous = this.#held?.key ?? null;
    const key = previous?.holds(value) ? previous : new LiveKey(value, id);
    const now = this.clock.now();
    // Told apart from the wall clock at once, which may be set while the key is held.
    const livesMs = expiresAt === null ? Infinity : Math.max(0, expiresAt - this.clock.wall());
    const { refreshMs, maxAgeMs } = this.settings;
    const endsAtMs = now + Math.min(livesMs, maxAgeMs);
    const waitAtMs = Math.min(endsAtMs, now + livesMs - Math.min(WAIT_BEFORE_END_MS, livesMs / 8));
    const refreshAtMs = Math.min(
      waitAtMs,
      now + refreshMs,
      now + livesMs - Math.min(REFRESH_BEFORE_END_MS, livesMs / 4),
    );
    this.#held = { key, fetchedAtMs: now, refreshAtMs, waitAtMs, endsAtMs };
    if (key !== previous) this.listener.changed(key, previous);
    return key;
  }
}

function forget(): void {
  // Told to the listener where it happened.
}
