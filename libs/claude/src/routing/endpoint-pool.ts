import type { Attempt, AttemptListener } from '../call/attempt.js';
import type { Call } from '../call/call.js';
import type { Clock, Random } from '../call/clock.js';
import type { CircuitRegistry } from '../circuit/circuit.registry.js';
import type { FailureMeaning } from '../errors/failure-meaning.js';
import { InvalidContextError } from '../errors/errors.js';
import { EndpointKeys, type EndpointKeysOptions } from '../keys/endpoint-keys.js';
import { NoEndpointError } from '../errors/refusals.js';
import { affinityOf } from './affinity.js';
import type { Elsewhere } from '../retry/elsewhere.js';
import type { LimitView } from './limit-view.js';
import { PoolEndpoint } from './pool-endpoint.js';
import type { ResolvedEndpoint, RoutingSettings } from './routing.options.js';
import { builtIn } from './strategies/built-in.js';
import type { BalancingStrategy, RoutedCall } from './strategies/strategy.js';

/** What a pool is made of. */
export interface EndpointPoolOptions {
  readonly endpoints: readonly [ResolvedEndpoint, ...ResolvedEndpoint[]];
  readonly routing: RoutingSettings;
  /** Where requests go unless an endpoint says otherwise. */
  readonly baseURL: string;
  /** What their keys are kept with. */
  readonly keys: Omit<EndpointKeysOptions, 'endpoint' | 'origin'>;
  /** `null` where circuits are off. */
  readonly circuits: CircuitRegistry | null;
  readonly limits: LimitView;
  readonly clock: Clock;
  readonly random: Random;
}

/** Where calls can go, and where the next attempt goes. */
export class EndpointPool implements AttemptListener, Elsewhere {
  readonly endpoints: readonly [PoolEndpoint, ...PoolEndpoint[]];
  readonly #strategies = new Map<string, BalancingStrategy>();
  /** Where a call was, so that its next attempt goes elsewhere. */
  readonly #left = new WeakMap<Call, ReadonlySet<PoolEndpoint>>();
  readonly #domains: number;
  #picks = 0;

  constructor(readonly options: EndpointPoolOptions) {
    const [first, ...others] = options.endpoints;
    const made = (endpoint: ResolvedEndpoint): PoolEndpoint =>
      new PoolEndpoint(endpoint, keysOf(endpoint, options.keys), options.baseURL);
    this.endpoints = [made(first), ...others.map(made)];
    this.#domains = new Set(this.endpoints.map(({ limitDomain }) => limitDomain)).size;
  }

  /**
   * Where the next attempt of a call goes.
   *
   * @throws NoEndpointError when none can ever take it, with the time until one can.
   * @throws InvalidContextError for an endpoint or a strategy of the context that is none.
   */
  pick(call: Call): PoolEndpoint {
    const named = this.#named(call);
    if (named !== null) return named;
    const able = this.#preferred(call);
    const [only] = able;
    if (only === undefined) throw this.#noEndpoint(call);
    const picked = able.length === 1 ? only : this.#choose(able as [PoolEndpoint, ...PoolEndpoint[]], call);
    this.#picks += 1;
    picked.pickedAt = this.#picks;
    return picked;
  }

  hasOther(call: Call, meaning: FailureMeaning): boolean {
    if (this.endpoints.length === 1 || this.#named(call) !== null) return false;
    const left = this.#leftAfter(call, meaning);
    return this.#able(call).some((each) => !left.has(each));
  }

  leave(call: Call, meaning: FailureMeaning): void {
    this.#left.set(call, this.#leftAfter(call, meaning));
  }

  attemptBegan({ endpoint }: Attempt): void {
    if (!(endpoint instanceof PoolEndpoint)) return;
    endpoint.inFlight += 1;
    endpoint.attempts += 1;
  }

  attemptEnded(attempt: Attempt): void {
    const { endpoint } = attempt;
    if (!(endpoint instanceof PoolEndpoint)) return;
    endpoint.inFlight -= 1;
    endpoint.learn(attempt, this.options.clock.now());
  }

  /** Why an endpoint would not get a call of a model now; `null` if it would. */
  obstacle(endpoint: PoolEndpoint, model: string | null): 'drained' | 'key' | 'circuit' | 'model' | null {
    const nowMs = this.options.clock.now();
    if (endpoint.isDrained) return 'drained';
    if (endpoint.keyOutForMs > 0) return 'key';
    if (!endpoint.serves(model, nowMs)) return 'model';
    return this.#circuitOpenForMs(endpoint, model) > 0 ? 'circuit' : null;
  }

  #named({ context, operation }: Call): PoolEndpoint | null {
    const { endpoint: name } = context;
    if (name === undefined) return isStateless(operation) ? null : this.#keeperOf(operation);
    const found = this.endpoints.find((each) => each.name === name);
    if (found !== undefined) return found;
    const known = this.endpoints.map((each) => `'${each.name}'`).join(', ');
    throw new InvalidContextError(`\`endpoint\` of a call context names none of the endpoints. There are ${known}.`);
  }

  /** The first that has such an operation at all. */
  #keeperOf(operation: Call['operation']): PoolEndpoint {
    return this.endpoints.find((each) => each.offers(operation)) ?? this.endpoints[0];
  }

  /** Where the limits turned it away, so would those of every endpoint that shares them. */
  #leftAfter(call: Call, { fault }: FailureMeaning): ReadonlySet<PoolEndpoint> {
    const { name, limitDomain } = call.endpoint;
    const left = new Set(this.#left.get(call));
    for (const each of this.endpoints) {
      if (each.name === name || (fault === 'limit-domain' && each.limitDomain === limitDomain)) left.add(each);
    }
    return left;
  }

  /** Those that can take a call, now or after a wait. */
  #able({ effectiveModel: model }: Call): readonly PoolEndpoint[] {
    return this.endpoints.filter((each) => this.obstacle(each, model) === null);
  }

  /** The same without those it has left, as long as there are others. */
  #preferred(call: Call): readonly PoolEndpoint[] {
    const able = this.#able(call);
    const left = this.#left.get(call);
    if (left === undefined) return able;
    const others = able.filter((each) => !left.has(each));
    if (others.length > 0) return others;
    // It was everywhere: wherever it was may do after a wait.
    this.#left.delete(call);
    return able;
  }

  #choose(able: readonly [PoolEndpoint, ...PoolEndpoint[]], call: Call): PoolEndpoint {
    const { limits, random } = this.options;
    for (const each of able) each.headroom = limits.headroom(each, call, this.#domains > 1);
    const ready = able.filter(({ headroom, weight }) => headroom > 0 && weight > 0);
    if (ready.length > 0)
      return this.#strategy(call).pick(ready as [PoolEndpoint, ...PoolEndpoint[]], routed(call), random);
    // All are full or cool down: it waits where it is over first.
    return able.reduce((best, each) => (limits.waitMs(each, call) < limits.waitMs(best, call) ? each : best));
  }

  #strategy({ context }: Call): BalancingStrategy {
    const wanted = context.strategy ?? this.options.routing.strategy;
    if (typeof wanted !== 'string') return wanted;
    let strategy = this.#strategies.get(wanted);
    if (strategy === undefined) {
      strategy = builtIn(wanted);
      this.#strategies.set(wanted, strategy);
    }
    return strategy;
  }

  #circuitOpenForMs({ name }: PoolEndpoint, model: string | null): number {
    const { circuits } = this.options;
    const refusals = [circuits?.find({ endpoint: name }), circuits?.find({ endpoint: name, model })];
    return Math.max(...refusals.map((circuit) => circuit?.refusal()?.retryAfterMs ?? 0));
  }

  #noEndpoint({ effectiveModel: model }: Call): NoEndpointError {
    const nowMs = this.options.clock.now();
    const served = this.endpoints.filter((each) => each.serves(model, nowMs));
    if (served.length === 0) {
      return new NoEndpointError(
        `None of the endpoints serves the model '${model ?? ''}', so the call was not made. Add it to \`models\` of one of \`endpoints\`.`,
      );
    }
    const waits = served
      .filter(({ isDrained }) => !isDrained)
      .map((each) => Math.max(each.keyOutForMs, this.#circuitOpenForMs(each, model)));
    const retryAfterMs = Math.min(...waits);
    return new NoEndpointError(
      'All endpoints are drained, their circuits are open or their keys were turned away, so the call was not made. ' +
        'Try again after `retryAfterMs`, or see `EndpointPoolService.snapshot()` for what is the matter with each.',
      Number.isFinite(retryAfterMs) ? { retryAfterMs: Math.ceil(retryAfterMs) } : {},
    );
  }
}

function keysOf({ name, key }: ResolvedEndpoint, options: EndpointPoolOptions['keys']): EndpointKeys | null {
  return key === null ? null : new EndpointKeys({ endpoint: name, origin: key, ...options });
}

/** Batches, files and the like are kept by one workspace: they are asked for where they were made. */
function isStateless({ limit, usage }: Call['operation']): boolean {
  return usage === 'message' || limit === 'token_count';
}

function routed({ effectiveModel: model, params, context }: Call): RoutedCall {
  let affinity: string | null | undefined;
  return {
    model,
    get affinity() {
      return (affinity ??= affinityOf(model, params, context));
    },
  };
}
