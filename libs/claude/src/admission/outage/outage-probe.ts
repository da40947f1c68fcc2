import type { Clock, Timer } from '../../call/clock.js';

/** Sees every few seconds whether a store is back, where no call might: nothing would be told to it otherwise. */
export class OutageProbe {
  #timer: Timer | null = null;

  /** @param ask Asks it. What comes of that is for whoever asks to notice. */
  constructor(
    private readonly clock: Clock,
    private readonly everyMs: number,
    private readonly ask: () => void,
  ) {}

  /** Harmless while it is at it. */
  begin(): void {
    this.#timer ??= this.clock.setTimer(() => {
      this.#timer = null;
      this.begin();
      this.ask();
    }, this.everyMs);
  }

  /** Harmless when it has not begun. */
  end(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }
}
