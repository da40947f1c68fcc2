import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { Observable } from 'rxjs';
import type { ClaudeRuntime } from '../claude.runtime.js';
import { CLAUDE_RUNTIME } from '../claude.tokens.js';
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
    const { keys } = this.#runtime;
    return keys === null ? [] : [keys.snapshot()];
  }

  /**
   * Fetches the key from its source now; new attempts carry what it gives, and running ones end with what they began with.
   *
   * @returns What the key in use is called then; `null` where the SDK's own credentials are used.
   * @throws KeyUnavailableError when the source fails; the key in use stays.
   */
  async refresh(): Promise<string | null> {
    const { keys } = this.#runtime;
    return keys === null ? null : keys.refresh();
  }

  /** A source that has no key fails the start. */
  async onModuleInit(): Promise<void> {
    await this.#runtime.keys?.load();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#runtime.keys?.close();
    this.#runtime.keyEvents.complete();
  }
}
