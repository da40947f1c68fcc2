import type { Anthropic, BaseAnthropic } from '@anthropic-ai/sdk';
import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import type { Observable } from 'rxjs';
import { shuttingDown } from './admission/admission.js';
import { resourceNames, viewFactory, type ClaudeView, type ViewFactory } from './call/context-view.js';
import { checkContext, type CallContext } from './call/context.js';
import type { CallRecord } from './call/record.js';
import type { ClaudeRuntime } from './claude.runtime.js';
import { CLAUDE_RUNTIME } from './claude.tokens.js';

/** How long a process that ends waits for observers to be done with the last records. */
const FLUSH_MS = 5_000;

/** The resources of the SDK's client: `messages`, `beta`, `models` and whatever else its version has. */
export type ClaudeResources = Readonly<Omit<Anthropic, keyof BaseAnthropic>>;

// oxlint-disable-next-line typescript/no-unsafe-declaration-merging -- the constructor defines a getter for each resource
export interface ClaudeService extends ClaudeResources {}

/**
 * Claude, as an application uses it: one real `Anthropic` client whose every call passes this module's pipeline.
 *
 * ```ts
 * const message = await this.claude.messages.create({ model, max_tokens, messages });
 * ```
 *
 * Errors are the SDK's own classes for what the API and the network do, and `ClaudeError`s for what this module decides.
 */
@Injectable()
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging -- see the interface above
export class ClaudeService implements OnModuleInit, BeforeApplicationShutdown, OnApplicationShutdown {
  /** Internal: what tells its tokens from those of other services. */
  static readonly tokenKey = 'service';

  /** The client itself, for whatever takes one. */
  readonly client: Anthropic;
  /** The record of each call as it ends. Hot: a subscriber sees what ends after it subscribed. */
  readonly records: Observable<CallRecord>;

  readonly #runtime: ClaudeRuntime;
  readonly #view: ViewFactory;

  constructor(@Inject(CLAUDE_RUNTIME) runtime: object) {
    this.#runtime = runtime as ClaudeRuntime;
    this.client = this.#runtime.client;
    this.records = this.#runtime.records.asObservable();
    this.#view = viewFactory(this.#runtime.client);
    for (const name of resourceNames(this.client)) {
      Object.defineProperty(this, name, { value: this.client[name as keyof ClaudeResources], enumerable: true });
    }
  }

  /**
   * The same client for calls of one context: `claude.with({ user: 'u1', tags: { feature: 'search' } }).messages.create(...)`.
   * Cheap enough to make one for every call.
   *
   * @throws InvalidContextError when a field is unknown or of the wrong kind.
   */
  with(context: CallContext): ClaudeView {
    return this.#view(checkContext(context));
  }

  /**
   * Runs a function so that every call it makes, directly or later, carries a context.
   *
   * @throws InvalidContextError when a field is unknown or of the wrong kind.
   */
  run<T>(context: CallContext, fn: () => T): T {
    return this.#runtime.ambient.run(checkContext(context), fn);
  }

  /** How many calls are under way, streams being read included. */
  get activeCalls(): number {
    return this.#runtime.liveCalls.size;
  }

  /** A `store` that cannot be used fails the start. */
  async onModuleInit(): Promise<void> {
    await this.#runtime.settings.store?.start?.();
  }

  /** Refuses new calls and those that wait for a limit, lets running ones finish within `shutdownGraceMs`, then aborts the rest. */
  async beforeApplicationShutdown(): Promise<void> {
    this.#runtime.prober?.close();
    this.#runtime.admission.close();
    this.#runtime.limiter.close(shuttingDown);
    await this.#runtime.liveCalls.close(this.#runtime.settings.shutdownGraceMs, this.#runtime.clock);
    await Promise.all([this.#runtime.costs.flush(), this.#runtime.observers.flush(FLUSH_MS, this.#runtime.clock)]);
    await this.#runtime.boundedStore?.close();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#runtime.transport.close();
    await this.#runtime.settings.store?.close?.();
    this.#runtime.records.complete();
    this.#runtime.circuits.close();
    this.#runtime.optimizer.close();
    this.#runtime.costs.close();
    this.#runtime.storeEvents.complete();
    this.#runtime.sanitizer.close();
  }
}
