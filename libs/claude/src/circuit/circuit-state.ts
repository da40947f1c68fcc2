import type { Permit } from './circuit-ticket.js';

/** Everything a circuit knows of its present state. Each is a generation of its own, and never entered twice. */
export type CircuitState = Closed | Open | HalfOpen | Isolated;

export interface Closed {
  readonly kind: 'closed';
  readonly sinceMs: number;
  failuresInRow: number;
}

export interface Open {
  readonly kind: 'open';
  readonly openForMs: number;
  readonly untilMs: number;
}

export interface HalfOpen {
  readonly kind: 'half-open';
  /** The probes that have not said how they ended. */
  leases: readonly Permit<CircuitState>[];
  successes: number;
}

export interface Isolated {
  readonly kind: 'isolated';
}

export function closedSince(sinceMs: number): Closed {
  return { kind: 'closed', sinceMs, failuresInRow: 0 };
}

/** The probes that are still waited for. */
export function probesOut({ leases }: HalfOpen, nowMs: number): readonly Permit<CircuitState>[] {
  return leases.filter(({ expiresAtMs }) => nowMs < expiresAtMs);
}
