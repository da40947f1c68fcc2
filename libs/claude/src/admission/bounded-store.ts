import { callIds } from '../call/call-ids.js';
import type { Clock } from '../call/clock.js';
import { isClaudeError } from '../errors/claude-error.js';
import type {
  AcquireOptions,
  AdmissionStore,
  Awaitable,
  Denial,
  Lease,
  Observation,
  Replay,
} from './admission-store.js';
import { offPath } from './lease-keeper.js';
import type { Claims, Meter, SlotMeter, Standing } from './meter.js';
import { withoutRemaining } from './outage/known-limits.js';
import { LocalShares } from './outage/local-shares.js';
import { LooseEnds } from './outage/loose-ends.js';
import { OutageJournal } from './outage/outage-journal.js';
import { OutageProbe } from './outage/outage-probe.js';
import { ReplicaCount } from './outage/replica-count.js';
import { WithoutStore } from './outage/without-store.js';
import { realOf, StandInLease, type Used } from './stand-in-lease.js';
import type { StoreEvent, StoreStats } from './store.events.js';
import type { StoreOutageSettings } from './store-outage.options.js';
import { StoreWatch, type StoreListener } from './store-watch.js';
import { isPending } from './turnstile.js';
import { within } from './within.js';

/** A meter to ask about that no call has: what is said of it does not matter, only that something is. */
const ASKED_ABOUT: SlotMeter = Object.freeze({ kind: 'slots', key: 'health', label: 'health', limit: Infinity });

/** How often it is looked whether a store that fails may be asked again. */
const LOOK_EVERY_MS = 1_000;

/**
 * A store of the user's that no call waits for longer than it may. Where it fails or is late, calls go on or are refused
 * as the options say. What it then has to know, it is told when it answers again.
 */
export class BoundedStore implements AdmissionStore, StoreListener {
  readonly #watch: StoreWatch;
  readonly #probe: OutageProbe;
  readonly #replicas: ReplicaCount;
  readonly #shares: LocalShares;
  readonly #journal: OutageJournal;
  readonly #looseEnds: LooseEnds;
  readonly #newId = callIds();
  readonly #without: WithoutStore;

  constructor(
    private readonly store: AdmissionStore,
    private readonly settings: StoreOutageSettings,
    private readonly clock: Clock,
    private readonly tell: (event: StoreEvent) => void,
    /** Told how long calls waited for an answer, in milliseconds, whether it came or not. */
    private readonly waited: (ms: number) => void = () => undefined,
  ) {
    this.#watch = new StoreWatch(clock, this);
    this.#probe = new OutageProbe(clock, LOOK_EVERY_MS, () =>
      offPath(() => this.standing([ASKED_ABOUT]).then(() => undefined)),
    );
    this.#replicas = new ReplicaCount(store, clock, settings.replicas);
    this.#shares = new LocalShares(clock, () => this.#replicas.known);
    this.#without = new WithoutStore(settings, this.#shares);
    this.#journal = new OutageJournal(clock, this.#newId, () => tell({ type: 'store-journal-full' }));
    this.#looseEnds = new LooseEnds(this.#journal, (lease, used) => this.#settleReal(lease, used));
  }

  get stats(): StoreStats {
    const { isFailing, failures } = this.#watch;
    return {
      isFailing,
      failures,
      letThrough: this.#without.letThrough,
      refused: this.#without.refused,
      mode: isFailing ? this.settings.limits : 'shared',
      replicas: this.#replicas.known,
      journal: this.#journal.size,
      journalDropped: this.#journal.dropped,
    };
  }

  /** @throws StoreUnavailableError where nothing may go on without the store. */
  acquire(claims: Claims, options: AcquireOptions): Awaitable<Lease | Denial> {
    if (!this.#watch.mayAsk()) return this.#without.decide(claims, options, this.#watch.error);
    const named = { ...options, id: options.id ?? this.#newId() };
    try {
      const answer = this.store.acquire(claims, named);
      if (isPending(answer)) return this.#inTime(claims, named, answer);
      this.#heard(answer);
      return answer;
    } catch (error) {
      return this.#failed(claims, named, error);
    }
  }

  settle(lease: Lease, used: Used): Awaitable<void> {
    if (!(lease instanceof StandInLease)) return this.#settleReal(lease, used);
    const { share, real, claims } = lease;
    if (share !== null) this.#shares.settle(share, claims, used);
    if (real !== null) return this.#settleReal(real, used);
    lease.settle(used);
    return this.#looseEnds.settled(lease);
  }

  renew(leases: Iterable<Lease>, leaseMs: number): Awaitable<void> {
    if (this.#watch.isLeftAlone) return undefined;
    const known = Array.from(leases, realOf).filter((lease) => lease !== null);
    return known.length === 0 ? undefined : this.store.renew(known, leaseMs);
  }

  /** @throws StoreUnavailableError where it does not answer and a budget is to be changed. What is said of limits is told later. */
  observe(observations: readonly Observation[], since?: Lease): Awaitable<void> {
    const standIn = since instanceof StandInLease ? since : null;
    this.#shares.known.observed(observations, this.clock.now());
    if (this.#watch.isFailing) this.#shares.observe(observations, standIn?.share ?? undefined);
    if (this.#watch.isLeftAlone) return this.#without.missed(observations, this.#watch.error);
    const known = standIn === null ? since : (standIn.real ?? undefined);
    // What is left cannot be told from what others took as long as nobody knows when it was granted.
    const told = standIn !== null && known === undefined ? observations.map(withoutRemaining) : observations;
    return this.#sent(
      () => this.store.observe(told, known),
      (error) => this.#without.missed(observations, error),
    );
  }

  /** @throws StoreUnavailableError when it fails, or is late, and no share of what is asked about is kept here. */
  async standing(meters: readonly Meter[]): Promise<readonly Standing[]> {
    if (!this.#watch.mayAsk()) return this.#without.standing(meters, this.#watch.error);
    try {
      const standings = await this.#within(this.store.standing(meters));
      this.#shares.known.stood(standings, this.clock.now());
      this.#answered();
      return standings;
    } catch (error) {
      if (isClaudeError(error)) throw error;
      this.#watch.failed(error);
      return this.#without.standing(meters, error);
    }
  }

  keep(key: string, note: string, forMs: number): Awaitable<void> {
    return this.store.keep(key, note, forMs);
  }

  take(key: string): Awaitable<string | null> {
    return this.store.take(key);
  }

  replay(replays: readonly Replay[]): Awaitable<void> {
    return this.store.replay?.(replays);
  }

  storeFailed(error: unknown): void {
    this.#shares.begin();
    this.#probe.begin();
    const { limits: mode, hardBudgets } = this.settings;
    this.tell({ type: 'store-failed', error, mode, hardBudgets });
  }

  storeRecovered(): void {
    const missed = this.#shares.known.takeUntold(this.clock.now());
    if (missed.length > 0) offPath(() => this.observe(missed));
    this.tell({ type: 'store-recovered' });
  }

  /** Tells the store what it can still be told, and that this replica goes. */
  async close(): Promise<void> {
    this.#probe.end();
    if (this.#watch.isLeftAlone) return;
    const told = Promise.all([this.#replicas.close(), this.#journal.tell(this.store)]);
    await within(told, this.settings.answerWithinMs, this.clock).catch(() => undefined);
  }

  async #inTime(claims: Claims, options: AcquireOptions, answer: PromiseLike<Lease | Denial>): Promise<Lease | Denial> {
    try {
      const known = await this.#within(answer);
      this.#heard(known);
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
  ): Lease | Denial {
    // A claim that the store cannot take is the mistake of whoever asks.
    if (isClaudeError(error)) throw error;
    this.#watch.failed(error);
    let answer: Lease | Denial | null = null;
    try {
      answer = this.#without.decide(claims, options, error);
      return answer;
    } finally {
      const standIn = answer instanceof StandInLease ? answer : null;
      this.#looseEnds.expect({ claims, id: options.id ?? '', standIn, late });
    }
  }

  #settleReal(lease: Lease, used: Used): Awaitable<void> {
    const missed = (error: unknown): void => {
      if (isClaudeError(error)) throw error;
      this.#journal.settled(lease, used);
      this.#probe.begin();
    };
    return this.#watch.isLeftAlone ? missed(null) : this.#sent(() => this.store.settle(lease, used), missed);
  }

  /** Sends what no decision waits for. */
  #sent(send: () => Awaitable<void>, missed: (error: unknown) => void): Awaitable<void> {
    try {
      const pending = send();
      if (isPending(pending)) return within(pending, this.settings.answerWithinMs, this.clock).then(undefined, missed);
    } catch (error) {
      missed(error);
    }
    return undefined;
  }

  #heard(answer: Lease | Denial): void {
    if (!answer.granted) this.#shares.known.stood(answer.standings, this.clock.now());
    this.#answered();
  }

  #answered(): void {
    this.#watch.answered();
    if (this.settings.limits === 'local') this.#replicas.beat();
    if (this.#journal.size > 0) offPath(() => this.#catchUp());
    else this.#probe.end();
  }

  async #catchUp(): Promise<void> {
    const entries = await this.#journal.tell(this.store);
    if (entries > 0) this.tell({ type: 'store-caught-up', entries });
    if (this.#journal.size === 0 && !this.#watch.isFailing) this.#probe.end();
  }
}
