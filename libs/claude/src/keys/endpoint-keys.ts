import type { Clock } from '../call/clock.js';
import type { EndpointKey } from '../call/endpoint.js';
import { KeyUnavailableError } from '../errors/errors.js';
import { AskedKey } from './asked-key.js';
import { CachedKeySource } from './cached-key-source.js';
import { isKeySource, type KeyOrigin } from './key-source.js';
import type { KeyCacheSettings } from './key-cache.options.js';
import type { KeySnapshot } from './key-snapshot.js';
import type { KeySupply, SupplyListener } from './key-supply.js';
import type { KeyEvent, KeyEventDetail } from './key.events.js';
import { LiveKey } from './live-key.js';
import { PlainKey } from './plain-key.js';
import { RefusedKeys } from './refused-keys.js';

/** How often the source of a refused key is asked whether it has another, in milliseconds. */
const RECHECK_MS = 30_000;

export interface EndpointKeysOptions {
  /** Name of the endpoint. */
  readonly endpoint: string;
  readonly origin: KeyOrigin;
  readonly cache: KeyCacheSettings;
  readonly clock: Clock;
  readonly onEvent: (event: KeyEvent) => void;
  /** Hears of the value of each key as it comes into use, for whoever keeps it out of logs. */
  readonly onKey: (value: string) => void;
  /** Hears of whatever else a source keeps secret. */
  readonly onSecret: (secret: string) => void;
}

/** The keys of one endpoint: the one in use, those the API refused, and where another may come from. */
export class EndpointKeys implements EndpointKey {
  readonly #supply: KeySupply;
  readonly #refused: RefusedKeys;
  #recheckAtMs = 0;

  constructor(private readonly options: EndpointKeysOptions) {
    this.#refused = new RefusedKeys(options.clock);
    if (isKeySource(options.origin)) options.origin.onSecret?.(options.onSecret);
    this.#supply = supplyOf(options, {
      changed: (key, previous) => this.#changed(key, previous),
      failed: (failure, held) => this.#tell({ type: 'refresh-failed', keyId: held?.id ?? null, failure }),
    });
  }

  /** Milliseconds for which the key in use is left alone, as the API refuses it; 0 when a call may carry it. */
  get restMs(): number {
    const { held } = this.#supply;
    return held === null || this.#refused.isEmpty ? 0 : this.#refused.restMs(held);
  }

  /** Whether the key in use was refused, and has been left alone for long enough. */
  get isDue(): boolean {
    const { held } = this.#supply;
    return held !== null && this.#refused.has(held) && this.#refused.restMs(held) === 0;
  }

  /** Lets a key that was refused be tried again at once. */
  forgive(): void {
    const { held } = this.#supply;
    if (held !== null) this.#refused.delete(held);
  }

  next(): LiveKey | Promise<LiveKey> {
    const key = this.#supply.take();
    if (key instanceof LiveKey) return this.#refused.isEmpty ? key : this.#unlessRefused(key);
    return key.then((each) => this.#unlessRefused(each));
  }

  accepted(key: LiveKey): void {
    if (this.#refused.delete(key)) this.#tell({ type: 'accepted', keyId: key.id });
  }

  async refused(key: LiveKey): Promise<boolean> {
    const { held } = this.#supply;
    if (held !== null && !held.is(key)) {
      this.#refused.add(key);
      return this.#refused.restMs(held) === 0;
    }
    if (!this.#refused.isNews(key)) return false;
    const other = await this.#renewed();
    const isNews = this.#refused.add(key);
    if (other !== null && !other.is(key)) return this.#refused.restMs(other) === 0;
    this.#recheckAtMs = this.options.clock.now() + RECHECK_MS;
    if (isNews) this.#tell({ type: 'refused', keyId: key.id });
    return false;
  }

  /**
   * Fetches the key anew, and lets a key that was refused be tried again at once.
   *
   * @returns The id of the key now in use.
   * @throws KeyUnavailableError when its source fails.
   */
  async refresh(): Promise<string> {
    const key = await (this.#supply.renew(true) ?? this.#supply.take());
    this.#refused.delete(key);
    return key.id;
  }

  /** Waits for the first key, so that a start without one fails. A function is left to its calls. */
  async load(): Promise<void> {
    if (!(this.#supply instanceof AskedKey)) await this.#supply.take();
  }

  snapshot(): KeySnapshot {
    const { held, name, fetchedAtMs, endsAtMs, lastFailure } = this.#supply;
    const now = this.options.clock.now();
    return {
      endpoint: this.options.endpoint,
      source: name,
      keyId: held?.id ?? null,
      state: this.#state(held),
      ageMs: fetchedAtMs === null ? null : now - fetchedAtMs,
      endsInMs: endsAtMs === null ? null : Math.max(0, endsAtMs - now),
      lastFailure,
      refusedKeyIds: this.#refused.ids,
    };
  }

  close(): Promise<void> {
    return this.#supply.close();
  }

  #state(held: LiveKey | null): KeySnapshot['state'] {
    if (held === null) return this.#supply.lastFailure === null ? 'not-loaded' : 'unavailable';
    if (this.#refused.has(held)) return 'refused';
    return this.#supply.lastFailure === null ? 'live' : 'last-good';
  }

  #unlessRefused(key: LiveKey): LiveKey {
    if (!this.#refused.has(key)) return key;
    const restMs = this.#refused.restMs(key);
    if (restMs === 0) {
      this.#refused.probe(key);
      return key;
    }
    this.recheck();
    throw new KeyUnavailableError(
      `The API refuses the key ${key.id} (401) and its source '${this.#supply.name}' has no other, so the call was not made. ` +
        'Put a valid key there; it is looked for again, or call `ClaudeKeysService.refresh()`.',
      { retryAfterMs: restMs },
    );
  }

  /**
   * Asks the source whether it has another key, at most every 30 seconds and without making anybody wait: whoever rotates a
   * dead key should not have to tell anybody.
   */
  recheck(): void {
    const now = this.options.clock.now();
    if (now < this.#recheckAtMs) return;
    this.#recheckAtMs = now + RECHECK_MS;
    void this.#renewed();
  }

  /** What the source itself has; `null` when it has nothing else, or fails, which has been told by then. */
  async #renewed(): Promise<LiveKey | null> {
    try {
      return await this.#supply.renew();
    } catch {
      return null;
    }
  }

  #changed(key: LiveKey, previous: LiveKey | null): void {
    this.options.onKey(key.value);
    if (previous === null) this.#tell({ type: 'loaded', keyId: key.id });
    else this.#tell({ type: 'rotated', keyId: key.id, previousKeyId: previous.id });
  }

  #tell(detail: KeyEventDetail): void {
    const { endpoint, clock, origin } = this.options;
    this.options.onEvent({ ...detail, endpoint, source: nameOf(origin), atMs: clock.wall() });
  }
}

function supplyOf({ origin, cache, clock }: EndpointKeysOptions, listener: SupplyListener): KeySupply {
  if (isKeySource(origin)) return new CachedKeySource(origin, cache, clock, listener);
  return 'ask' in origin ? new AskedKey(origin.ask, listener) : new PlainKey(origin.value(), listener);
}

function nameOf(origin: KeyOrigin): string {
  if (isKeySource(origin)) return origin.name;
  return 'ask' in origin ? 'function' : 'value';
}
