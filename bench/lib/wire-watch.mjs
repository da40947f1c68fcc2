/** Counts attempts where they leave, and how many of them are out together while a circuit is half-open. */
export class WireWatch {
  #out = 0;
  #halfOpen = false;
  #counts = noCounts();

  /** For the module's `stages`: the last one before an attempt is made. */
  insertion = { before: 'send', use: (call, next) => this.#pass(call, next) };

  async #pass(call, next) {
    this.#out += 1;
    const counts = this.#counts;
    counts.attempts += 1;
    if (call.attemptCount === 0) counts.firstAttempts += 1;
    if (this.#halfOpen) counts.mostInHalfOpen = Math.max(counts.mostInHalfOpen, this.#out);
    try {
      return await next(call);
    } finally {
      this.#out -= 1;
    }
  }

  /** An event of the circuit. */
  onEvent = ({ type }) => {
    if (type === 'refused') return;
    this.#halfOpen = type === 'half-opened';
    if (type === 'opened') this.#counts.openings += 1;
  };

  /** What was counted since the last turn. */
  turn() {
    const counts = this.#counts;
    this.#counts = noCounts();
    return { ...counts, retries: counts.attempts - counts.firstAttempts };
  }
}

function noCounts() {
  return { attempts: 0, firstAttempts: 0, openings: 0, mostInHalfOpen: 0 };
}
