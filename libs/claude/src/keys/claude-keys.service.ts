import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { Observable } from 'rxjs';
import type { ClaudeRuntime } from '../claude.runtime.js';
import { CLAUDE_RUNTIME } from '../claude.tokens.js';
import { InvalidOptionsError } from '../errors/errors.js';
import type { EndpointKeys } from './endpoint-keys.js';
import type { KeySnapshot } from './key-snapshot.js';
import type { KeyEvent } from './key.events.js';

/** The API keys in use: what they are at, what happens to them, and a way to fetch them anew. Never the keys themselves. */
@Injectable()
export class ClaudeKeysService implements OnModuleInit, OnApplicationShutdown {
  /** Internal: what tells its tokens from those of other services. */
  static readonly tokenKey = 'keys';

  /** Rotations, refusals and failures. Hot: a subscriber sees what happens after it subscribed. */
  readonly events: Observable<KeyEvent>;

  readonly #runtime: ClaudeRuntime;

  constructor(@Inject(CLAUDE_RUNTIME) runtime: object) {
    this.#runtime = runtime as ClaudeRuntime;
    this.events = this.#runtime.keyEvents.asObservable();
  }

  /** One of each endpoint that has a key; none where the SDK's own credentials are used. */
  snapshot(): readonly KeySnapshot[] {
    return this.#keys.map(([, keys]) => keys.snapshot());
  }

  /**
   * Fetches keys from their sources now; new attempts carry what they give, and running ones end with what they began with.
   *
   * @param endpoint Whose key. Default: those of all endpoints.
   * @returns What the key in use is called then, by endpoint; empty where the SDK's own credentials are used.
   * @throws KeyUnavailableError when a source fails; the key in use stays.
   * @throws InvalidOptionsError for a name that no endpoint with a key has.
   */
  async refresh(endpoint?: string): Promise<Readonly<Record<string, string>>> {
    const meant = this.#keys.filter(([name]) => endpoint === undefined || name === endpoint);
    if (endpoint !== undefined && meant.length === 0) {
      throw new InvalidOptionsError(
        'No endpoint with a key has the name that was given: see `snapshot()` for those there are.',
      );
    }
    const ids = await Promise.all(meant.map(async ([name, keys]) => [name, await keys.refresh()] as const));
    return Object.fromEntries(ids);
  }

  /** A source that has no key fails the start. */
  async onModuleInit(): Promise<void> {
    await Promise.all(this.#keys.map(([, keys]) => keys.load()));
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.#keys.map(([, keys]) => keys.close()));
    this.#runtime.keyEvents.complete();
  }

  get #keys(): readonly (readonly [endpoint: string, keys: EndpointKeys])[] {
    return this.#runtime.pool.endpoints.flatMap(({ name, key }) => (key === null ? [] : [[name, key] as const]));
  }
}
