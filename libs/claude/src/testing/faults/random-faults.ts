import type { Random } from '../../call/clock.js';
import type { Fault, RandomFault } from './fault.js';

/** Draws faults by chance, in the order they are listed; the first that hits is played. */
export class RandomFaults {
  readonly #faults: readonly RandomFault[];
  readonly #random: Random;

  constructor(faults: readonly RandomFault[], random: Random) {
    this.#faults = faults;
    this.#random = random;
  }

  draw(): Fault | undefined {
    return this.#faults.find(({ probability }) => this.#random() < probability)?.fault;
  }
}
