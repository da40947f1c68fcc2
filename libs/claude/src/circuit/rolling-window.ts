const BUCKETS = 12;

class Bucket {
  calls = 0;
  failures = 0;
  slow = 0;
  next: Bucket = this;
}

/**
 * Counts of the latest calls, in a ring of twelve buckets with running sums: recording costs the same at any population
 * and allocates nothing. A call is remembered for eleven twelfths of the window at least, and for the window at most.
 */
export class RollingWindow {
  readonly #bucketMs: number;
  #bucket = ring();
  #bucketEndsMs: number;
  #calls = 0;
  #failures = 0;
  #slow = 0;

  /** @param nowMs Monotonic time, as in every method here. */
  constructor(windowMs: number, nowMs: number) {
    this.#bucketMs = windowMs / BUCKETS;
    this.#bucketEndsMs = nowMs + this.#bucketMs;
  }

  /** How many calls the window holds as of the last `record` or `advance`; the same goes for the other two. */
  get calls(): number {
    return this.#calls;
  }

  get failures(): number {
    return this.#failures;
  }

  get slow(): number {
    return this.#slow;
  }

  record(nowMs: number, failed: boolean, slow: boolean): void {
    this.advance(nowMs);
    const bucket = this.#bucket;
    bucket.calls += 1;
    this.#calls += 1;
    if (failed) {
      bucket.failures += 1;
      this.#failures += 1;
    }
    if (slow) {
      bucket.slow += 1;
      this.#slow += 1;
    }
  }

  /** Forgets what has left the window by now. */
  advance(nowMs: number): void {
    if (nowMs < this.#bucketEndsMs) return;
    const passed = Math.floor((nowMs - this.#bucketEndsMs) / this.#bucketMs) + 1;
    this.#turn(Math.min(passed, BUCKETS));
    this.#bucketEndsMs += passed * this.#bucketMs;
  }

  /** Forgets everything. */
  clear(): void {
    this.#turn(BUCKETS);
  }

  #turn(buckets: number): void {
    for (let i = 0; i < buckets; i++) {
      this.#bucket = this.#bucket.next;
      this.#drop(this.#bucket);
    }
  }

  #drop(bucket: Bucket): void {
    this.#calls -= bucket.calls;
    this.#failures -= bucket.failures;
    this.#slow -= bucket.slow;
    bucket.calls = 0;
    bucket.failures = 0;
    bucket.slow = 0;
  }
}

function ring(): Bucket {
  const first = new Bucket();
  let last = first;
  for (let i = 1; i < BUCKETS; i++) {
    last.next = new Bucket();
    last = last.next;
  }
  last.next = first;
  return first;
}
