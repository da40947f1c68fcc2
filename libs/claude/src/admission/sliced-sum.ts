import { BUDGET_SLICES } from './meter.js';

/** One more than the stretch has: of the one under way, only a part has passed. */
const KEPT = BUDGET_SLICES + 1;

/**
 * A sum of what came in during the last so many milliseconds, in slices: each leaves it when all of it is over. Without a
 * length it is the sum of all that ever came. Amounts are whole numbers, so that what was added comes out again.
 */
export class SlicedSum {
  #total = 0;
  /** Sums of slices, each at its number modulo their count; `null` without a length. */
  readonly #slices: Float64Array | null;
  readonly #sliceMs: number;
  #latest = 0;

  constructor(
    private readonly lengthMs: number | null,
    nowMs: number,
  ) {
    this.#sliceMs = lengthMs === null ? Infinity : Math.ceil(lengthMs / BUDGET_SLICES);
    this.#slices = lengthMs === null ? null : new Float64Array(KEPT);
    this.#latest = this.#sliceOf(nowMs);
  }

  /** Whether what came in leaves it again. Otherwise it asks for no time. */
  get movesOn(): boolean {
    return this.#slices !== null;
  }

  total(nowMs: number): number {
    this.#advance(nowMs);
    return this.#total;
  }

  /** Adds an amount of a certain time. One below 0 takes away what was added at that time, down to nothing. */
  add(amount: number, atMs: number, nowMs: number): void {
    this.#advance(nowMs);
    if (this.#slices === null) {
      this.#total = Math.max(0, this.#total + amount);
      return;
    }
    const slice = Math.min(this.#sliceOf(atMs), this.#latest);
    if (slice <= this.#latest - KEPT) return;
    const index = indexOf(slice);
    const before = this.#slices[index] ?? 0;
    const after = Math.max(0, before + amount);
    this.#slices[index] = after;
    this.#total += after - before;
  }

  clear(): void {
    this.#total = 0;
    this.#slices?.fill(0);
  }

  /** Milliseconds until so much of it is over; `null` where that is more than there is, or nothing is ever over. */
  overIn(amount: number, nowMs: number): number | null {
    this.#advance(nowMs);
    if (amount <= 0) return 0;
    if (this.#slices === null) return null;
    let over = 0;
    for (let slice = this.#latest - KEPT + 1; slice <= this.#latest; slice += 1) {
      over += this.#slices[indexOf(slice)] ?? 0;
      if (over >= amount) return (slice + KEPT) * this.#sliceMs - nowMs;
    }
    return null;
  }

  #advance(nowMs: number): void {
    if (this.#slices === null) return;
    const slice = this.#sliceOf(nowMs);
    for (let each = Math.max(this.#latest + 1, slice - KEPT + 1); each <= slice; each += 1) {
      const index = indexOf(each);
      this.#total -= this.#slices[index] ?? 0;
      this.#slices[index] = 0;
    }
    this.#latest = Math.max(this.#latest, slice);
  }

  #sliceOf(atMs: number): number {
    return this.lengthMs === null ? 0 : Math.floor(atMs / this.#sliceMs);
  }
}

/** Numbers of slices may be below 0: a clock may begin anywhere. */
function indexOf(slice: number): number {
  return ((slice % KEPT) + KEPT) % KEPT;
}
