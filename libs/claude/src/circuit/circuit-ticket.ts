/** How a call ended, to a circuit: neutral says nothing about the other side, like a 400 or a caller who left. */
export type CircuitResult = 'success' | 'failure' | 'neutral';

/** Leave to make one call. Whoever holds it says once how the call ended; what is said again does not count. */
export interface CircuitTicket {
  /** Whether the circuit waits for this call to see if it may close. */
  readonly isProbe: boolean;
  /** @param slow Whether the call took longer than `slowCallDurationThresholdMs`. Default false. */
  result(result: CircuitResult, slow?: boolean): void;
}

/** What a ticket is handed in at. */
export interface TicketDesk<State> {
  settle(permit: Permit<State>, result: CircuitResult, slow: boolean): void;
}

/** A ticket of one state of a circuit. That very state is the ticket's generation: when it is gone, the ticket is void. */
export class Permit<State> implements CircuitTicket {
  readonly #desk: TicketDesk<State>;
  #settled = false;

  constructor(
    desk: TicketDesk<State>,
    readonly generation: State,
    readonly isProbe: boolean,
    /** When the circuit stops waiting for it, in monotonic milliseconds. */
    readonly expiresAtMs: number,
  ) {
    this.#desk = desk;
  }

  result(result: CircuitResult, slow = false): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#desk.settle(this, result, slow);
  }
}

/** The ticket of a call that shadow mode lets through: its end changes nothing. */
export const VOID_TICKET: CircuitTicket = Object.freeze({
  isProbe: false,
  result(): void {
    // Refused, as far as the circuit is concerned.
  },
});
