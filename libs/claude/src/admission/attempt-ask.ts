import type { Attempt } from '../call/attempt.js';
import type { Usage } from '../call/usage.js';
import type { Denial, Lease } from './admission-store.js';
import type { Passenger } from './turnstile.js';
import type { WaitingLine } from './waiting-line.js';

/** What was used of each claim, in their order; `null` for one that stays held. */
export type UsedAmounts = readonly (number | null)[];

/** What an attempt asks of the meters, and what it then turns out to have used. */
export interface AttemptAsk extends Passenger {
  /** Where it waits if it has to. */
  readonly line: WaitingLine;
  /** Whose turn it takes where tenants take turns; '' for nobody's. */
  readonly tenant: string;
  /** What was asked for was granted, and the exchange begins. */
  began?(attempt: Attempt): void;
  /** The request is on its way. */
  sent(): UsedAmounts;
  /** A stream has told what input it counted. */
  inputKnown(usage: Usage): UsedAmounts;
  /** An answer has begun: its headers may tell how the meters stand. */
  answered(headers: Headers, lease: Lease): void;
  /** The exchange is over, and nothing is held any longer. */
  ended(attempt: Attempt): UsedAmounts;
  /** A budget has too little left: changes the call so that it asks for less, or throws why it cannot. */
  relent?(denial: Denial): void;
  /** What was settled may let others through. */
  wake(): void;
}
