import type { CircuitKey } from './circuit-key.js';

/** Why a circuit opened; `shared` because it did elsewhere, with `circuit.shareOpenings`. */
export type OpenReason = 'failure-rate' | 'consecutive-failures' | 'slow-calls' | 'probe-failed' | 'shared';

/** Something that happened to a circuit. */
export type CircuitEvent = CircuitEventSource & CircuitEventDetail;

/** Where and when it happened. */
export interface CircuitEventSource {
  /** The circuit's name for people, as in a `CircuitOpenError`. */
  readonly circuit: string;
  readonly key: CircuitKey;
  /** Milliseconds since the Unix epoch. */
  readonly atMs: number;
}

export type CircuitEventDetail =
  /** Calls are refused for `openForMs` milliseconds; the first one after that probes. */
  | { readonly type: 'opened'; readonly reason: OpenReason; readonly openForMs: number }
  | { readonly type: 'half-opened' }
  /** Enough probes succeeded, or somebody closed it. */
  | { readonly type: 'closed' }
  /** Somebody opened it until further notice. */
  | { readonly type: 'isolated' }
  /** Somebody made it as new. */
  | { readonly type: 'reset' }
  /** A call was refused; in shadow mode it would have been, and was let through. */
  | { readonly type: 'refused'; readonly shadow: boolean };
