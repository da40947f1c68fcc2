import type { Awaitable, Denial, Lease } from '../admission-store.js';
import { offPath } from '../lease-keeper.js';
import type { Claims } from '../meter.js';
import { StandInLease, type Used } from '../stand-in-lease.js';
import type { OutageJournal } from './outage-journal.js';

/** What a call asked a store for in vain. */
export interface AskedInVain {
  readonly claims: Claims;
  /** What the lease would be found by. */
  readonly id: string;
  /** What the call goes on with; `null` where it does not. */
  readonly standIn: StandInLease | null;
  /** The answer that may still come; `null` where none will. */
  readonly late: PromiseLike<Lease | Denial> | null;
}

/** Sees to it that nothing stays claimed, and nothing spent untold, of what a store granted late, or nobody knows whether. */
export class LooseEnds {
  constructor(
    private readonly journal: OutageJournal,
    private readonly settle: (lease: Lease, used: Used) => Awaitable<void>,
  ) {}

  /** A lease that comes when nobody waits for it any more belongs to the call that went on, or to nobody. */
  expect(asked: AskedInVain): void {
    const { standIn, late } = asked;
    if (late === null) return this.#lost(asked);
    late.then(
      (answer) => {
        if (answer.granted) return this.#came(asked, answer);
        return standIn === null ? undefined : this.#lost(asked);
      },
      () => this.#lost(asked),
    );
  }

  /** What was settled of a lease that never comes is noted, once. */
  settled(standIn: StandInLease): void {
    const used = standIn.takeLost();
    if (used === null) return;
    if (standIn.id === null) this.journal.spent(standIn.claims, used);
    else this.journal.unheard(standIn.id, standIn.claims, used);
  }

  #came({ claims, standIn }: AskedInVain, lease: Lease): void {
    if (standIn !== null) standIn.real = lease;
    offPath(() => this.settle(lease, standIn?.used ?? unused(claims)));
  }

  #lost({ claims, id, standIn }: AskedInVain): void {
    if (standIn === null) return this.journal.unheard(id, claims, unused(claims));
    standIn.isAwaited = false;
    return this.settled(standIn);
  }
}

function unused({ amounts }: Claims): readonly number[] {
  return amounts.map(() => 0);
}
