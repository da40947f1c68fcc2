import type { Attempt } from '../call/attempt.js';
import type { Endpoint, Exchange } from '../call/endpoint.js';
import { UNKNOWN_OPERATION, type Operation } from '../call/operations/operation.js';
import type { EndpointKeys } from '../keys/endpoint-keys.js';
import { exchangeOf } from './exchange.js';
import type { ResolvedEndpoint } from './routing.options.js';
import type { Candidate } from './strategies/strategy.js';

/** How long a model is left alone where its key may not use it. */
const FORBIDDEN_MS = 300_000;

/** Models that a key may not use are few; names of them may come from users. */
const MAX_FORBIDDEN = 1_000;

/** One endpoint of a pool, and what calls have shown of it. */
export class PoolEndpoint implements Endpoint, Candidate {
  /** Strategies are asked with this very object: its headroom is that for the call at hand. */
  headroom = 1;
  pickedAt = 0;
  inFlight = 0;
  /** Attempts that were sent there. */
  attempts = 0;
  isDrained = false;

  readonly exchange: Exchange | null;
  readonly #forbidden = new Map<string | null, number>();

  constructor(
    readonly options: ResolvedEndpoint,
    /** Its keys; `null` where credentials are not ours to set. */
    readonly key: EndpointKeys | null,
    baseURL: string,
  ) {
    this.exchange = exchangeOf(options, baseURL);
  }

  get name(): string {
    return this.options.name;
  }

  get weight(): number {
    return this.options.weight;
  }

  get limitDomain(): string {
    return this.options.limitDomain;
  }

  get cacheDomain(): string {
    return this.options.cacheDomain;
  }

  get maxConcurrent(): number | null {
    return this.options.maxConcurrent;
  }

  /** Milliseconds for which its key is left alone, as the API refuses it; 0 when it is in use. */
  get keyOutForMs(): number {
    return this.key?.restMs ?? 0;
  }

  /** Whether it has a model at all, and its key may use it as far as anybody knows. */
  serves(model: string | null, nowMs: number): boolean {
    const { models } = this.options;
    if (model !== null && models !== null && !models.has(model)) return false;
    return (this.#forbidden.get(model) ?? -Infinity) <= nowMs;
  }

  /**
   * Whether it has an operation. Clients of the SDK's family lack the resources that their cloud does not have; what nobody
   * knows is tried.
   */
  offers({ name }: Operation): boolean {
    const held = this.options.client;
    if (held === null || name === UNKNOWN_OPERATION.name) return true;
    return hasPath(held.client(), name.split('.'));
  }

  /** An attempt there has ended. */
  learn({ model, failure }: Attempt, nowMs: number): void {
    if (failure?.meaning.kind !== 'forbidden') return;
    if (this.#forbidden.size >= MAX_FORBIDDEN) this.#forbidden.clear();
    this.#forbidden.set(model, nowMs + FORBIDDEN_MS);
  }

  /** What a person who returns it to service expects: what it was left alone for is forgotten. */
  restore(): void {
    this.isDrained = false;
    this.#forbidden.clear();
    this.key?.forgive();
  }
}

function hasPath(root: object, path: readonly string[]): boolean {
  let held: unknown = root;
  for (const name of path) {
    if (typeof held !== 'object' || held === null) return false;
    try {
      held = Reflect.get(held, name);
    } catch {
      // A getter of the client's says so in an error.
      return false;
    }
  }
  return typeof held === 'function';
}
