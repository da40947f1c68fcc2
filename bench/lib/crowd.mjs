/** How long a caller thinks before it calls again, in milliseconds. */
const THINKS_MS = { from: 100, to: 300 };

/**
 * Callers who call, think for a moment, and call again, whatever came of it.
 *
 * A call may end well, in the storm's own error (529), or refused by the circuit. Anything else is a fault of the bench
 * or of the library, and ends the run.
 */
export class Crowd {
  #going = true;
  #callers;
  #tally = new Tally();

  constructor(size, call) {
    this.#callers = Promise.all(Array.from({ length: size }, () => this.#caller(call)));
    // Whoever stops the crowd hears of it.
    this.#callers.catch(() => (this.#going = false));
  }

  /** What has ended since the last turn. */
  turn() {
    const tally = this.#tally;
    this.#tally = new Tally();
    return tally;
  }

  get tally() {
    return this.#tally;
  }

  async stop() {
    this.#going = false;
    await this.#callers;
  }

  async #caller(call) {
    await pause(Math.random() * THINKS_MS.to);
    while (this.#going) {
      await this.#one(call);
      await pause(THINKS_MS.from + Math.random() * (THINKS_MS.to - THINKS_MS.from));
    }
  }

  async #one(call) {
    const began = performance.now();
    try {
      await call();
      this.#tally.add('succeeded', began);
    } catch (error) {
      if (error.code === 'circuit_open') this.#tally.add('refused', began);
      else if (error.status === 529) this.#tally.add('failed', began);
      else throw error;
    }
  }
}

class Tally {
  began = performance.now();
  succeeded = 0;
  failed = 0;
  refused = 0;
  /** How long each refusal took, in milliseconds. */
  refusalMs = [];
  /** When each call ended, and how. */
  ends = [];

  get calls() {
    return this.succeeded + this.failed + this.refused;
  }

  add(outcome, began) {
    const now = performance.now();
    this[outcome] += 1;
    this.ends.push({ at: now, well: outcome === 'succeeded' });
    if (outcome === 'refused') this.refusalMs.push(now - began);
  }

  /** When the first call ended well; `undefined` while none has. */
  get firstSuccess() {
    return this.ends.find(({ well }) => well)?.at;
  }

  /** When it began that of all calls that ended within `windowMs` this share ended well; `undefined` while it has not. */
  mostlyWellSince(share, windowMs) {
    const { ends } = this;
    let last = 0;
    let well = 0;
    for (let first = 0; first < ends.length; first++) {
      while (last < ends.length && ends[last].at < ends[first].at + windowMs) well += Number(ends[last++].well);
      if (last === ends.length) return undefined;
      if (ends[first].well && well / (last - first) >= share) return ends[first].at;
      well -= Number(ends[first].well);
    }
    return undefined;
  }
}

export function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
