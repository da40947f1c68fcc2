import type { Clock } from '../call/clock.js';
import { isClaudeError } from '../errors/claude-error.js';
import { toError } from '../errors/error-cause.js';
import { StoreUnavailableError } from '../errors/refusals.js';
import type { AcquireOptions, AdmissionStore, Awaitable, Denial, Lease, Observation } from './admission-store.js';
import { offPath } from './lease-keeper.js';
import type { Claims, Meter, Standing } from './meter.js';
import { MissedSpending } from './missed-spending.js';
import { StandInLease } from './stand-in-lease.js';
import type { StoreEvent, StoreStats } from './store.events.js';
import type { StoreOutageSettings } from './store-outage.options.js';
import { StoreWatch } from './store-watch.js';
import { isPending } from './turnstile.js';
import { within } from './within.js';

/**
 * A store of the user's that no call waits for longer than it may. Where it fails or is late, calls go on or are refused
 * as the options say; a lease that it grants too late is given back, or taken by the call that went on without it.
 */
export class BoundedStore implements AdmissionStore {
  readonly #watch: StoreWatch;
  readonly #missed = new MissedSpending();
  #letThrough = 0;
  #refused = 0;

  constructor(
    private readonly store: AdmissionStore,
    private readonly settings: StoreOutageSettings,
    private readonly clock: Clock,
    tell: (event: StoreEvent) => void,
    /** Told how long calls waited for an answer, in milliseconds, whether it came or not. */
    private readonly waited: (ms: number) => void = () => undefined,
  ) {
    this.#watch = new StoreWatch(clock, tell);
  }

  get stats(): StoreStats {
    const { isFailing, failures } = this.#watch;
    return { isFailing, failures, letThrough: this.#letThrough, refused: this.#refused };
  }

  /** @throws StoreUnavailableError where nothing may go on without the store. */
  acquire(claims: Claims, options: AcquireOptions): Awaitable<Lease | Denial> {
    if (!this.#watch.mayAsk()) return this.#without(claims, options, this.#watch.error);
    try {
      const answer = this.store.acquire(claims, options);
      if (isPending(answer)) return this.#inTime(claims, options, answer);
      this.#answered();
      return answer;
    } catch (error) {
      return this.#failed(claims, options, error);
    }
  }

  settle(lease: Lease, used: readonly (number | null)[]): Awaitable<void> {
    if (!(lease instanceof StandInLease)) return this.store.settle(lease, used);
    const pending = lease.settle(this.store, used);
    this.#missed.add(lease.takeSpent());
    return pending;
  }

  renew(leases: Iterable<Lease>, leaseMs: number): Awaitable<void> {
    const known = Array.from(leases, realOf).filter((lease) => lease !== null);
    return known.length === 0 ? undefined : this.store.renew(known, leaseMs);
  }

  observe(observations: readonly Observation[], since?: Lease): Awaitable<void> {
    if (since === undefined) return this.store.observe(observations);
    const known = realOf(since);
    // What is left cannot be told from what others took as long as nobody knows when it was granted.
    return known === null ? undefined : this.store.observe(observations, known);
  }

  /** @throws StoreUnavailableError when it fails, or is late. */
  async standing(meters: readonly Meter[]): Promise<readonly Standing[]> {
    const scope = meters[0]?.label ?? '';
    if (!this.#watch.mayAsk()) throw unavailable(scope, this.#watch.error);
    try {
      const standings = await this.#within(this.store.standing(meters));
      this.#answered();
      return standings;
    } catch (error) {
      if (isClaudeError(error)) throw error;
      this.#watch.failed(error);
      throw unavailable(scope, error);
    }
  }

  keep(key: string, note: string, forMs: number): Awaitable<void> {
    return this.store.keep(key, note, forMs);
  }

  take(key: string): Awaitable<string | null> {
    return this.store.take(key);
  }

  async #inTime(claims: Claims, options: AcquireOptions, answer: PromiseLike<Lease | Denial>): Promise<Lease | Denial> {
    try {
      const known = await this.#within(answer);
      this.#answered();
      return known;
    } catch (error) {
      return this.#failed(claims, options, error, answer);
    }
  }

  async #within<T>(answer: Awaitable<T>): Promise<T> {
    const askedAtMs = this.clock.now();
    try {
      return await within(answer, this.settings.answerWithinMs, this.clock);
    } finally {
      this.waited(this.clock.now() - askedAtMs);
    }
  }

  /** @param late The answer that may still come. */
  #failed(
    claims: Claims,
    options: AcquireOptions,
    error: unknown,
    late: PromiseLike<Lease | Denial> | null = null,
  ): Lease {
    // A claim that the store cannot take is the mistake of whoever asks.
    if (isClaudeError(error)) throw error;
    this.#watch.failed(error);
    return this.#without(claims, options, error, late);
  }

  #without(
    claims: Claims,
    options: AcquireOptions,
    error: unknown,
    late: PromiseLike<Lease | Denial> | null = null,
  ): Lease {
    const closed = options.force === true ? undefined : claims.meters.find((meter) => this.#isClosed(meter));
    const lease = closed === undefined ? new StandInLease(claims) : null;
    if (late === null) lease?.giveUp();
    else late.then(...this.#whenLate(lease));
    if (closed !== undefined) {
      this.#refused++;
      throw unavailable(closed.label, error);
    }
    this.#letThrough++;
    return lease as StandInLease;
  }

  #isClosed(meter: Meter): boolean {
    if (meter.kind === 'budget') return meter.isHard && this.settings.hardBudgets === 'closed';
    return this.settings.limits === 'closed';
  }

  /** A lease that comes when nobody waits for it any more belongs to the call that went on, or to nobody. */
  #whenLate(standIn: StandInLease | null): [(answer: Lease | Denial) => void, () => void] {
    const lost = (): void => {
      standIn?.giveUp();
      if (standIn !== null) this.#missed.add(standIn.takeSpent());
    };
    const come = (answer: Lease | Denial): void => {
      if (!answer.granted) return lost();
      const unused = answer.claims.amounts.map(() => 0);
      offPath(() => standIn?.adopt(this.store, answer) ?? this.store.settle(answer, unused));
    };
    return [come, lost];
  }

  #answered(): void {
    this.#watch.answered();
    this.#missed.tell(this.store);
  }
}

function realOf(lease: Lease): Lease | null {
  return lease instanceof StandInLease ? lease.real : lease;
}

function unavailable(scope: string, cause: unknown): StoreUnavailableError {
  return new StoreUnavailableError({ scope, cause: toError(cause) });
}
