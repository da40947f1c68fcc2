import { Subject, type Observable } from 'rxjs';
import type { Clock, Random } from '../call/clock.js';
import { CircuitBreaker } from './circuit-breaker.js';
import type { CircuitKey } from './circuit-key.js';
import type { CircuitSnapshot } from './circuit-snapshot.js';
import type { CircuitEvent } from './circuit.events.js';
import type { CircuitSettings } from './circuit.options.js';
import type { SharedOpenings } from './shared-openings.js';

/** Circuits that share a bound, by what tells them apart. */
type Group = Map<string | null, CircuitBreaker>;

/** The circuits of one endpoint. */
export interface EndpointCircuits {
  readonly rollUp: CircuitBreaker;
  readonly models: ReadonlyMap<string | null, CircuitBreaker>;
}

interface EndpointEntry extends EndpointCircuits {
  readonly models: Group;
}

/** Model names may come from users, so there is an end to the circuits they can make. */
const MAX_CIRCUITS = 1_000;

/** The member of a group that serves all who came when there was no room for a circuit of their own. */
const OVERFLOW = '*';

/** All circuits of one module instance. */
export class CircuitRegistry {
  /** What happens to any of them. A subscriber that throws is reported as rxjs does, after the call went on. */
  readonly events: Observable<CircuitEvent>;

  readonly #events = new Subject<CircuitEvent>();
  readonly #endpoints = new Map<string, EndpointEntry>();
  readonly #own: Group = new Map();
  #size = 0;

  /** @param maxCircuits How many there may be, beside one for each endpoint as a whole. Default 1,000. */
  constructor(
    private readonly settings: CircuitSettings,
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly maxCircuits = MAX_CIRCUITS,
    /** Tells other replicas of openings, and hears of theirs; `null` where each goes by its own. */
    private readonly shared: SharedOpenings | null = null,
  ) {
    this.events = this.#events.asObservable();
  }

  /** The circuit every call to an endpoint passes. */
  rollUp(endpoint: string): CircuitBreaker {
    return this.#endpoint(endpoint).rollUp;
  }

  /** The circuit of a model at an endpoint, or the shared one where there is no room for another. */
  pair(endpoint: string, model: string | null): CircuitBreaker {
    const { models } = this.#endpoint(endpoint);
    const circuit = models.get(model) ?? this.#admit(models, model, { endpoint, model }, { endpoint, model: OVERFLOW });
    this.shared?.look(circuit);
    return circuit;
  }

  /** The circuit of somebody's own work, or the shared one where there is no room for another. */
  own(name: string): CircuitBreaker {
    return this.#own.get(name) ?? this.#admit(this.#own, name, { own: name }, { own: OVERFLOW });
  }

  /** The circuits of an endpoint as far as there are any; makes none. */
  endpoint(name: string): EndpointCircuits | undefined {
    return this.#endpoints.get(name);
  }

  /** A circuit that exists; makes none. */
  find(key: CircuitKey): CircuitBreaker | undefined {
    if ('own' in key) return this.#own.get(key.own);
    const entry = this.#endpoints.get(key.endpoint);
    return key.model === undefined ? entry?.rollUp : entry?.models.get(key.model);
  }

  /** That very circuit, made even where there is no room: for a person to act on, never for a call. */
  obtain(key: CircuitKey): CircuitBreaker {
    const found = this.find(key);
    if (found !== undefined) return found;
    if ('own' in key) return this.#add(this.#own, key.own, key);
    const entry = this.#endpoint(key.endpoint);
    return key.model === undefined ? entry.rollUp : this.#add(entry.models, key.model, key);
  }

  /** A circuit to look at: an unused one, not kept, where there is none yet. */
  look(key: CircuitKey): CircuitBreaker {
    return this.find(key) ?? this.#make(key);
  }

  /** All circuits: those of each endpoint, then those of one's own. */
  snapshot(): readonly CircuitSnapshot[] {
    return Array.from(this.#all(), (circuit) => circuit.snapshot());
  }

  /** The circuits that calls pass, without those of one's own work. */
  *ofCalls(): Iterable<CircuitBreaker> {
    for (const { rollUp, models } of this.#endpoints.values()) {
      yield rollUp;
      yield* models.values();
    }
  }

  /** Ends the stream of events. */
  close(): void {
    this.#events.complete();
  }

  #endpoint(name: string): EndpointEntry {
    let entry = this.#endpoints.get(name);
    if (entry === undefined) {
      entry = { rollUp: this.#make({ endpoint: name }), models: new Map() };
      this.#endpoints.set(name, entry);
    }
    return entry;
  }

  #admit(group: Group, member: string | null, key: CircuitKey, overflow: CircuitKey): CircuitBreaker {
    if (this.#size < this.maxCircuits || this.#evict()) return this.#add(group, member, key);
    return group.get(OVERFLOW) ?? this.#add(group, OVERFLOW, overflow);
  }

  #add(group: Group, member: string | null, key: CircuitKey): CircuitBreaker {
    const circuit = this.#make(key);
    group.set(member, circuit);
    this.#size += 1;
    return circuit;
  }

  #make(key: CircuitKey): CircuitBreaker {
    return new CircuitBreaker(key, this.settings, this.clock, this.random, this.#publish);
  }

  /** Makes room by forgetting the circuit that was left alone for longest; says whether there was one. */
  #evict(): boolean {
    const nowMs = this.clock.now();
    let idlest: { readonly group: Group; readonly member: string | null; readonly sinceMs: number } | null = null;
    for (const group of this.#groups()) {
      for (const [member, circuit] of group) {
        const sinceMs = circuit.idleSinceMs(nowMs);
        if (sinceMs !== null && sinceMs < (idlest?.sinceMs ?? Infinity)) idlest = { group, member, sinceMs };
      }
    }
    if (idlest === null) return false;
    idlest.group.delete(idlest.member);
    this.#size -= 1;
    return true;
  }

  *#all(): Iterable<CircuitBreaker> {
    yield* this.ofCalls();
    yield* this.#own.values();
  }

  *#groups(): Iterable<Group> {
    yield this.#own;
    for (const { models } of this.#endpoints.values()) yield models;
  }

  readonly #publish = (event: CircuitEvent): void => {
    if (this.shared !== null) tellOthers(this.shared, event);
    this.#events.next(event);
  };
}

/** What concerns them: models at endpoints, which are the same for all. What one cannot connect to another may. */
function tellOthers(shared: SharedOpenings, event: CircuitEvent): void {
  if ('own' in event.key || event.key.model === undefined) return;
  if (event.type === 'opened' && event.reason !== 'shared') shared.opened(event.circuit, event.openForMs);
  if (event.type === 'closed' || event.type === 'reset') shared.closed(event.circuit);
}
