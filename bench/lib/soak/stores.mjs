import { setTimeout as delay } from 'node:timers/promises';

/** A ledger elsewhere that now and then fails, half of the time after it has booked what it was given. */
export class FlakyLedger {
  #entries = new Map();
  #random;

  constructor(random) {
    this.#random = random;
  }

  async record(entries) {
    const fate = this.#random();
    if (fate < 0.05) throw new Error('away');
    for (const entry of entries) this.#entries.set(entry.id, entry.costNanoUsd);
    if (fate < 0.1) throw new Error('away, once it had booked them');
  }

  summarize() {
    throw new Error('not asked here');
  }

  recent() {
    return [];
  }

  /** What was booked since it was last asked: nano-dollars by id. */
  take() {
    const booked = this.#entries;
    this.#entries = new Map();
    return booked;
  }
}

/** A store that answers later, and one time in a hundred two seconds later. */
export class SlowStore {
  #store;
  #random;
  /** What it was asked and has not answered. */
  pending = 0;

  constructor(store, random) {
    this.#store = store;
    this.#random = random;
    for (const method of ['acquire', 'settle', 'renew', 'observe', 'standing', 'keep', 'take']) {
      this[method] = (...given) => this.#later(() => this.#store[method](...given));
    }
  }

  async #later(work) {
    this.pending += 1;
    try {
      const result = await work();
      await delay(this.#random() < 0.01 ? 2_000 : 1, undefined, { ref: false });
      return result;
    } finally {
      this.pending -= 1;
    }
  }
}

/** Keys as they rotate: the newest, and with a source that fails or hangs where it is told to. */
export class RotatingKeys {
  value;
  #number = 0;

  constructor(readonlyName, answer = (keys) => keys.value) {
    this.name = readonlyName;
    this.answer = answer;
    this.rotate();
  }

  rotate() {
    this.#number += 1;
    this.value = `sk-ant-soak-${this.name}-${String(this.#number).padStart(10, '0')}`;
  }

  async getKey(request) {
    return this.answer(this, request);
  }
}
