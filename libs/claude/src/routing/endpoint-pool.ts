import type { Call } from '../call/call.js';
import type { Clock, Random } from '../call/clock.js';
import type { CircuitRefusal } from '../circuit/circuit-refusal.js';
import type { CircuitRegistry } from '../circuit/circuit.registry.js';
import type { FailureMeaning } from '../errors/failure-meaning.js';
import { InvalidContextError } from '../errors/errors.js';
import type { NoEndpointError } from '../errors/refusals.js';
import { EndpointKeys, type EndpointKeysOptions } from '../keys/endpoint-keys.js';
import { affinityOf } from './affinity.js';
import type { Elsewhere } from '../retry/elsewhere.js';
import type { LimitView } from './limit-view.js';
import { withAccess } from './model-access.js';
import { noEndpoint, onlyRefusal } from './no-endpoint.js';
import { PoolEndpoint } from './pool-endpoint.js';
import type { ResolvedEndpoint, RoutingSettings } from './routing.options.js';
import { builtIn } from './strategies/built-in.js';
import type { BalancingStrategy, RoutedCall } from './strategies/strategy.js';
import { WaitingCalls } from './waiting-calls.js';

/**
 * Why an endpoint gets no calls: a person took it out (`drained`), its key was turned away (`key`), its circuit is open
 * (`circuit`), or it does not serve the model asked about, or may not (`model`).
 */
export type EndpointObstacle = 'drained' | 'key' | 'circuit' | 'model';

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

/** One at least, as a strategy has it. */
type Candidates = readonly [PoolEndpoint, ...PoolEndpoint[]];

/** Where calls can go, and where the next attempt goes. */
export class EndpointPool implements Elsewhere {
  readonly endpoints: Candidates;
  /** Calls that wait for limits, and may be better off elsewhere. */
  readonly waiting: WaitingCalls;
  readonly #strategies = new Map<string, BalancingStrategy>();
  /** Where a call was, so that its next attempt goes elsewhere. */
  readonly #left = new WeakMap<Call, ReadonlySet<PoolEndpoint>>();
  readonly #domains: number;
  #picks = 0;

  constructor(readonly options: EndpointPoolOptions) {
    const { clock, limits, baseURL, keys } = options;
    const [first, ...others] = options.endpoints;
    const made = (endpoint: ResolvedEndpoint): PoolEndpoint =>
      new PoolEndpoint(endpoint, keysOf(endpoint, keys), baseURL, clock);
    this.endpoints = [made(first), ...others.map(made)];
    this.#domains = new Set(this.endpoints.map(({ limitDomain }) => limitDomain)).size;
    this.waiting = new WaitingCalls(this, limits, clock);
  }

  /** Whether the SDK's client has credentials of its own, which are none of our business. */
  get usesOwnCredentials(): boolean {
    const [{ key, options }] = this.endpoints;
    return key === null && options.client === null;
  }

  /**
   * Where the next attempt of a call goes.
   *
   * @throws NoEndpointError when none can ever take it, with the time until one can.
   * @throws InvalidContextError for an endpoint or a strategy of the context that is none.
   */
  pick(call: Call): PoolEndpoint {
    const only = this.only(call);
    if (only === null) return this.pickOf(this.#preferred(call), call);
    const refusal = onlyRefusal(only, call.effectiveModel);
    if (refusal !== null) throw refusal;
    return only;
  }

  /**
   * One of those that can take a call.
   *
   * @throws NoEndpointError where there is none of them.
   */
  pickOf(able: readonly PoolEndpoint[], call: Call): PoolEndpoint {
    const [first] = able;
    if (first === undefined) throw this.#noEndpoint(call);
    const picked = able.length === 1 ? first : this.#choose(able as Candidates, call);
    this.#picks += 1;
    picked.pickedAt = this.#picks;
    return picked;
  }

  /** The one endpoint that a call may go to; `null` where there is a choice. */
  only({ context, operation }: Call): PoolEndpoint | null {
    const { endpoint: name } = context;
    if (name === undefined) {
      return this.endpoints.length > 1 && isStateless(operation) ? null : this.#keeperOf(operation);
    }
    const found = this.endpoints.find((each) => each.name === name);
    if (found !== undefined) return found;
    const known = this.endpoints.map((each) => `'${each.name}'`).join(', ');
    throw new InvalidContextError(`\`endpoint\` of a call context names none of the endpoints. There are ${known}.`);
  }

  /** Those that can take a call, now or after a wait, and where it has not been. */
  others(call: Call): readonly PoolEndpoint[] {
    const left = this.#left.get(call);
    return this.#able(call.effectiveModel).filter((each) => each !== call.endpoint && left?.has(each) !== true);
  }

  hasOther(call: Call, meaning: FailureMeaning): boolean {
    if (this.only(call) !== null) return false;
    const left = this.#leftAfter(call, meaning);
    return this.#able(call.effectiveModel).some((each) => !left.has(each));
  }

  leave(call: Call, meaning: FailureMeaning): void {
    this.#left.set(call, this.#leftAfter(call, meaning));
  }

  /** Sends no further calls to an endpoint, those that wait for it included. */
  drain(endpoint: PoolEndpoint): void {
    endpoint.isDrained = true;
    this.waiting.look();
  }

  /** Why an endpoint would not get a call of a model now; `null` if it would. */
  obstacle(endpoint: PoolEndpoint, model: string | null): EndpointObstacle | null {
    return this.#closedBy(endpoint, model) ?? (this.#able(model).includes(endpoint) ? null : 'model');
  }

  /** Whether an endpoint was out, and may be tried again. A circuit of a model is not meant: only a call of it can tell. */
  isDue({ name, key, isDrained }: PoolEndpoint): boolean {
    if (isDrained) return false;
    const circuit = this.options.circuits?.find({ endpoint: name });
    const isOpen = circuit !== undefined && circuit.refusal() !== null;
    const isHalfOpen = !isOpen && circuit?.snapshot().state === 'half-open';
    return isHalfOpen || (!isOpen && key?.isDue === true);
  }

  /** Milliseconds until the circuit of an endpoint, or that of a model there, lets a call through; 0 when one does. */
  circuitOpenForMs({ name }: PoolEndpoint, model: string | null): number {
    const { circuits } = this.options;
    const refusals = [circuits?.find({ endpoint: name }), circuits?.find({ endpoint: name, model })];
    return Math.max(...refusals.map((circuit) => openForMs(circuit?.refusal() ?? null)));
  }

  /** What is known for sure, whatever is the matter with the others. */
  #closedBy(endpoint: PoolEndpoint, model: string | null): EndpointObstacle | null {
    if (endpoint.isDrained) return 'drained';
    if (endpoint.keyOutForMs > 0) return 'key';
    if (!endpoint.has(model)) return 'model';
    return this.circuitOpenForMs(endpoint, model) > 0 ? 'circuit' : null;
  }

  /** Those that can take a call of a model, now or after a wait. */
  #able(model: string | null): readonly PoolEndpoint[] {
    const open = this.endpoints.filter((each) => this.#closedBy(each, model) === null);
    return withAccess(open, model, this.options.clock.now());
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

  /** The same without those it has left, as long as there are others. */
  #preferred(call: Call): readonly PoolEndpoint[] {
    const able = this.#able(call.effectiveModel);
    const left = this.#left.get(call);
    if (left === undefined) return able;
    const others = able.filter((each) => !left.has(each));
    if (others.length > 0) return others;
    // It was everywhere: wherever it was may do after a wait.
    this.#left.delete(call);
    return able;
  }

  #choose(able: Candidates, call: Call): PoolEndpoint {
    const { limits, random } = this.options;
    for (const each of able) each.headroom = limits.headroom(each, call, this.#domains > 1);
    const ready = able.filter(({ headroom, weight }) => headroom > 0 && weight > 0);
    if (ready.length > 0) return this.#strategy(call).pick(ready as unknown as Candidates, routed(call), random);
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

  #noEndpoint({ effectiveModel: model }: Call): NoEndpointError {
    const outForMs = (each: PoolEndpoint): number => Math.max(each.keyOutForMs, this.circuitOpenForMs(each, model));
    return noEndpoint(this.endpoints, model, outForMs);
  }
}

function keysOf({ name, key }: ResolvedEndpoint, options: EndpointPoolOptions['keys']): EndpointKeys | null {
  return key === null ? null : new EndpointKeys({ endpoint: name, origin: key, ...options });
}

/** One that is isolated by hand is open for nobody knows how long. */
function openForMs(refusal: CircuitRefusal | null): number {
  return refusal === null ? 0 : (refusal.retryAfterMs ?? Infinity);
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
