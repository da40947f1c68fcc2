import type { Clock } from '../call/clock.js';
import type { CircuitBreaker } from './circuit-breaker.js';

/** Where replicas tell each other of openings. Nothing of it is waited for, and what it fails at is not known. */
export interface OpeningBoard {
  /** A circuit stays open for so many milliseconds; 0 where it is open no more. */
  tell(circuit: string, openForMs: number): void;
  /** How many milliseconds a circuit stays open elsewhere; 0 where it is not. */
  ask(circuit: string): PromiseLike<number>;
}

/** How soon an opening is known to others that make calls: looking costs a call nothing, and the board little. */
const LOOK_EVERY_MS = 500;

/** What is left of an opening that is not worth a new one: its own end is told a little later than it is. */
const SHORTEST_MS = 500;

/** Openings of circuits that replicas tell each other of, and look for as they make calls. */
export class SharedOpenings {
  readonly #lookedAtMs = new WeakMap<CircuitBreaker, number>();

  constructor(
    private readonly board: OpeningBoard,
    private readonly clock: Clock,
  ) {}

  /** A circuit has opened here. */
  opened(circuit: string, openForMs: number): void {
    this.board.tell(circuit, openForMs);
  }

  /** A circuit lets calls through again here: what is known of it elsewhere is out of date. */
  closed(circuit: string): void {
    this.board.tell(circuit, 0);
  }

  /** Opens a circuit that is open elsewhere, as soon as the board has said so. */
  look(breaker: CircuitBreaker): void {
    const nowMs = this.clock.now();
    if (nowMs - (this.#lookedAtMs.get(breaker) ?? -Infinity) < LOOK_EVERY_MS) return;
    this.#lookedAtMs.set(breaker, nowMs);
    const open = (openForMs: number): void => {
      if (openForMs > SHORTEST_MS) breaker.openFor(openForMs);
    };
    this.board.ask(breaker.circuit).then(open, ignore);
  }
}

function ignore(): void {
  // Where nobody can tell, each goes by its own.
}
