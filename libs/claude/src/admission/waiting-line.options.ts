import type { Clock } from '../call/clock.js';
import type { Turnstile } from './turnstile.js';
import type { UsedShares } from './used-shares.js';

/** What a line is made of. */
export interface WaitingLineOptions {
  /** What it leads to. */
  readonly turnstile: Turnstile;
  readonly clock: Clock;
  /** How many may wait. */
  readonly maxLength: number;
  readonly agingMs: number;
  /** Whether tenants are served in turn. */
  readonly fair: boolean;
  /** How many claims each request has that the line may wait for: always of the same meters, in the same order. */
  readonly dimensions: number;
  readonly shares: UsedShares;
}
