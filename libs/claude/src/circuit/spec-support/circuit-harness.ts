import type { Random } from '../../call/clock.js';
import { ManualClock } from '../../testing/clock/manual-clock.js';
import { CircuitBreaker } from '../circuit-breaker.js';
import type { CircuitResult, CircuitTicket } from '../circuit-ticket.js';
import type { CircuitEvent } from '../circuit.events.js';
import { CIRCUIT_DEFAULTS, type CircuitOptions } from '../circuit.options.js';

/** Long enough never to expire in a test that is not about leases. */
export const LEASE_MS = 3_600_000;

/** A circuit, a clock to move it by, and what it told. */
export class CircuitHarness {
  readonly clock = new ManualClock();
  readonly events: CircuitEvent[] = [];
  readonly circuit: CircuitBreaker;

  /** The open time is not spread unless `random` says so: 0.5 is the middle. */
  constructor(options: CircuitOptions = {}, random: Random = () => 0.5) {
    const settings = { ...CIRCUIT_DEFAULTS, ...options };
    this.circuit = new CircuitBreaker({ own: 'test' }, settings, this.clock, random, (event) =>
      this.events.push(event),
    );
  }

  /** Leave that must be given. */
  acquire(leaseMs = LEASE_MS): CircuitTicket {
    const ticket = this.circuit.tryAcquire(leaseMs);
    if (ticket === null) throw new Error('The circuit refused a call that the test needs.');
    return ticket;
  }

  /** Calls that end at once, one after the other. */
  call(...results: readonly CircuitResult[]): void {
    for (const result of results) this.acquire().result(result);
  }

  /** Opens it by a run of failures. */
  open(): void {
    while (this.circuit.refusal() === null) this.call('failure');
  }

  /** Opens it, and lets its open time pass. */
  toProbing(): void {
    this.open();
    this.clock.advance(this.circuit.refusal()?.retryAfterMs ?? 0);
  }

  get state(): string {
    return this.circuit.snapshot().state;
  }

  get told(): readonly string[] {
    return this.events.map(({ type }) => type);
  }
}

/** The same result many times. */
export function times(count: number, result: CircuitResult): CircuitResult[] {
  return Array.from({ length: count }, () => result);
}
