import { isClaudeError } from '../../errors/claude-error.js';
import { toError } from '../../errors/error-cause.js';
import { StoreUnavailableError } from '../../errors/refusals.js';
import type { AcquireOptions, Denial, Lease, Observation } from '../admission-store.js';
import type { Claims, Meter, Standing } from '../meter.js';
import { StandInLease } from '../stand-in-lease.js';
import type { StoreOutageSettings } from '../store-outage.options.js';
import type { LocalShares } from './local-shares.js';

/** Decides about calls in place of a store that does not answer. */
export class WithoutStore {
  /** Requests that were let through. */
  letThrough = 0;
  /** Requests that were refused because nothing may go on without it. */
  refused = 0;

  constructor(
    private readonly settings: StoreOutageSettings,
    private readonly shares: LocalShares,
  ) {}

  /**
   * @param error Why the store has not decided.
   * @throws StoreUnavailableError where nothing may go on without it.
   */
  decide(claims: Claims, options: AcquireOptions, error: unknown): Lease | Denial {
    const closed = options.force === true ? undefined : claims.meters.find((meter) => this.#isClosed(meter));
    if (closed !== undefined) {
      this.refused += 1;
      throw unavailable(closed.label, error);
    }
    const share = this.#keepsShares(claims) ? this.shares.acquire(claims, options) : null;
    if (share?.granted === false) return share;
    this.letThrough += 1;
    return new StandInLease(claims, options.id ?? null, share);
  }

  /** @throws StoreUnavailableError where no share of what is asked about is kept here. */
  standing(meters: readonly Meter[], error: unknown): readonly Standing[] {
    const standings = this.settings.limits === 'local' ? this.shares.standing(meters) : null;
    if (standings === null) throw unavailable(meters[0]?.label ?? '', error);
    return standings;
  }

  /**
   * What the store was not told about limits it is told later.
   *
   * @throws StoreUnavailableError where a budget is to be changed: whoever does that must know whether it was.
   */
  missed(observations: readonly Observation[], error: unknown): void {
    if (isClaudeError(error)) throw error;
    const budget = observations.find(({ meter }) => meter.kind === 'budget');
    if (budget !== undefined) throw unavailable(budget.meter.label, error);
    this.shares.known.missed(observations);
  }

  #keepsShares({ meters }: Claims): boolean {
    return this.settings.limits === 'local' && meters.some(({ kind }) => kind !== 'budget');
  }

  #isClosed(meter: Meter): boolean {
    if (meter.kind === 'budget') return meter.isHard && this.settings.hardBudgets === 'closed';
    return this.settings.limits === 'closed';
  }
}

/** The error of what only the store could have told. */
function unavailable(scope: string, cause: unknown): StoreUnavailableError {
  return new StoreUnavailableError({ scope, cause: toError(cause) });
}
