import type { ClosedBy, Claims, Meter, Standing } from './meter.js';

/** At once from memory, later from anywhere else. */
export type Awaitable<T> = T | PromiseLike<T>;

/**
 * Claims that were granted together. It lasts until each of them is settled, or until it expires because whoever held it
 * is no more. Opaque to all but the store it came from.
 */
export interface Lease {
  readonly granted: true;
  readonly claims: Claims;
}

/** Claims that were not granted, none of them. */
export interface Denial {
  readonly granted: false;
  /**
   * Why: the level is too low, no place is free, the meter is closed for a while, the claim is above what the meter can
   * ever give at once, or a budget has too little left.
   */
  readonly reason: 'level' | 'slots' | 'closed' | 'never' | 'spent';
  /** The meter that takes longest. A budget comes before what is never granted, and that before any wait. */
  readonly meter: Meter;
  /**
   * Milliseconds until it could be granted at the earliest, when nothing is given back meanwhile and nobody else is
   * served: no shorter wait is any use. `null` when only a settlement, or the meter being opened, can help.
   */
  readonly waitMs: number | null;
  /** All meters that were asked, in the order of the claims. */
  readonly standings: readonly Standing[];
}

export interface AcquireOptions {
  /** Milliseconds after which the lease expires unless it is renewed: its claims then count as used, its places as free. */
  readonly leaseMs: number;
  /**
   * Grants it in any case, as debt where there is too little; even of a closed meter. For what has to be counted, not
   * limited. `limits` forces all but hard budgets, which grant all of the claims or none.
   */
  readonly force?: boolean | 'limits';
  /**
   * Names the lease, unlike any other: where nobody hears of what was granted, `replay` settles it by this. Default: nobody
   * will.
   */
  readonly id?: string;
}

/** What was used of claims that a store did not answer about. */
export interface Replay {
  /** What they were asked for by, or an id of its own where the store was not asked at all. */
  readonly id: string;
  readonly claims: Claims;
  /** An amount for each claim, in their order. */
  readonly used: readonly number[];
  /** How many milliseconds ago. */
  readonly agoMs: number;
}

/** What the other side said of a meter, or what somebody decided about it. */
export interface Observation {
  readonly meter: Meter;
  /** The limit it names. Replaces a guess; otherwise the lower of it and the configured one holds. */
  readonly limit?: number | undefined;
  /** What it says is left. Only ever lowers the level, unless the limit was a guess until now. */
  readonly remaining?: number | undefined;
  /** Closes the meter for so long, or longer if it already is; 0 milliseconds open it, whatever closed it. */
  readonly closed?: { readonly forMs: number; readonly by: ClosedBy };
  /** Of a budget: lets so much more be used in the stretch. A negative one takes back what was let before. */
  readonly credit?: number;
  /**
   * Of a budget: corrects what was used, so long ago. What is out of the stretch by now is not corrected, and no correction
   * makes less of a slice than nothing.
   */
  readonly spent?: { readonly amount: number; readonly agoMs: number };
  /** Of a budget: forgets what was used and let. What is claimed and not settled stays. */
  readonly reset?: boolean;
}

/**
 * Where meters are kept. One contract for memory and for anything shared: every method may answer at once or with a
 * promise. A decision is one round trip. `admissionStoreCases()` of `nestjs-claude/testing` is its contract as tests.
 */
export interface AdmissionStore {
  /**
   * Grants all claims or none.
   *
   * @throws InvalidOptionsError for an amount that is no number of at least 0, and for meters without one, before anything
   *   has changed.
   */
  acquire(claims: Claims, options: AcquireOptions): Awaitable<Lease | Denial>;

  /**
   * Replaces claims by what was really used: an amount for each claim of the lease in its order, `null` for one that stays
   * held. A claim is settled once: a second settlement of it does nothing. One that comes after the lease has expired
   * corrects what was counted for it. Of a rate it may count as if it had come earlier, as long as nothing was granted since.
   *
   * @throws InvalidOptionsError for an amount that is neither `null` nor a number of at least 0, before anything has changed.
   */
  settle(lease: Lease, used: readonly (number | null)[]): Awaitable<void>;

  /** Lets leases last for so long from now on. */
  renew(leases: Iterable<Lease>, leaseMs: number): Awaitable<void>;

  /**
   * Takes note of what is known from outside.
   *
   * @param since The lease of the request whose answer told it: what was granted after it is not in `remaining` yet.
   */
  observe(observations: readonly Observation[], since?: Lease): Awaitable<void>;

  /** How meters stand, in the order they are given. Takes nothing. */
  standing(meters: readonly Meter[]): Awaitable<readonly Standing[]>;

  /** Keeps a note for so long, in place of an earlier one of its key. */
  keep(key: string, note: string, forMs: number): Awaitable<void>;

  /**
   * Accounts for claims that nobody heard the answer of, each once however often it is told within an hour: where they were
   * granted by that id, their lease is settled; where they were not, what was used of budgets counts as spent so long ago.
   * A store may lack it: it is then told once what was spent, by `observe`, and a lease nobody heard of lasts until it expires.
   */
  replay?(replays: readonly Replay[]): Awaitable<void>;

  /** Hands a note out, to one who asks; `null` where there is none, or no more. */
  take(key: string): Awaitable<string | null>;

  /** Called when the application starts, which fails if this does: a store that cannot be used says why here. */
  start?(): Awaitable<void>;

  /** Called when the application has shut down, after the last call has settled. */
  close?(): Awaitable<void>;
}
