import type { Attempt, AttemptListener } from '../call/attempt.js';
import type { Clock } from '../call/clock.js';
import type { Endpoint, Exchange } from '../call/endpoint.js';
import { UNKNOWN_OPERATION, type Operation } from '../call/operations/operation.js';
import type { EndpointKeys } from '../keys/endpoint-keys.js';
import { exchangeOf } from './exchange.js';
import { ModelAccess } from './model-access.js';
import type { ResolvedEndpoint } from './routing.options.js';
import type { Candidate } from './strategies/strategy.js';

/** One endpoint of a pool, and what calls have shown of it. */
export class PoolEndpoint implements Endpoint, Candidate, AttemptListener {
  /** Strategies are asked with this very object: its headroom is that for the call at hand. */
  headroom = 1;
  pickedAt = 0;
  inFlight = 0;
  /** Attempts that were sent there. */
  attempts = 0;
  isDrained = false;

  readonly exchange: Exchange | null;
  /** It counts the attempts made there, and learns from how they end. */
  readonly listener: AttemptListener = this;
  readonly access = new ModelAccess();

  constructor(
    readonly options: ResolvedEndpoint,
    /** Its keys; `null` where credentials are not ours to set. */
    readonly key: EndpointKeys | null,
    baseURL: string,
    private readonly clock: Clock,
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

  /** Whether it serves a model, by its own list. */
  has(model: string | null): boolean {
    const { models } = this.options;
    return model === null || models === null || models.has(model);
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

  attemptBegan(): void {
    this.inFlight += 1;
    this.attempts += 1;
  }

  attemptEnded({ model, failure, status }: Attempt): void {
    this.inFlight -= 1;
    if (failure?.meaning.kind === 'forbidden') this.access.refused(model, this.clock.now());
    else if (failure === null && status !== null) this.access.accepted(model);
  }

  /** What a person who returns it to service expects: what it was left alone for is forgotten. */
  restore(): void {
    this.isDrained = false;
    this.access.clear();
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
