import type { Clock, Timer } from '../../call/clock.js';
import type { UsageEntry } from './usage-entry.js';
import type { SinkEvent, SinkStats, UsageSink } from './usage-sink.js';

const MAX_QUEUED = 10_000;
const MAX_LOT = 500;

/** How long entries are collected, so that a busy process does not write them one by one. */
const COLLECT_MS = 100;

const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 30_000;

/** Brings entries to a sink, in lots and in order, without anybody waiting for it. */
export class SinkFeed {
  readonly #queue: UsageEntry[] = [];
  #timer: Timer | null = null;
  #isWriting = false;
  #isClosed = false;
  #isOverflowing = false;
  #failuresInARow = 0;
  #written = 0;
  #dropped = 0;
  #failures = 0;
  #whenEmpty: (() => void)[] = [];

  constructor(
    private readonly sink: UsageSink,
    private readonly clock: Clock,
    private readonly tell: (event: SinkEvent) => void,
  ) {}

  get stats(): SinkStats {
    const [queued, written, dropped, failures] = [this.#queue.length, this.#written, this.#dropped, this.#failures];
    return { name: this.sink.name, queued, written, dropped, failures };
  }

  /** Never throws, and returns at once. */
  offer(entry: UsageEntry): void {
    if (this.#isClosed || this.#queue.length >= MAX_QUEUED) return this.#drop();
    this.#queue.push(entry);
    this.#writeAfter(COLLECT_MS);
  }

  /** Writes what waits, for so long at the most. @returns Whether all of it was taken. */
  async flush(graceMs: number): Promise<boolean> {
    if (this.#queue.length > 0 && !this.#isClosed) {
      this.#stopTimer();
      this.#writeAfter(0);
      await new Promise<void>((resolve) => {
        const limit = this.clock.setTimer(resolve, graceMs, true);
        this.#whenEmpty.push(() => {
          limit.cancel();
          resolve();
        });
      });
    }
    return this.#queue.length === 0;
  }

  /** Gives up what still waits. Harmless when closed before. */
  close(): void {
    this.#isClosed = true;
    this.#stopTimer();
    this.#dropped += this.#queue.splice(0).length;
    this.#release();
  }

  #drop(): void {
    this.#dropped++;
    if (this.#isOverflowing || this.#isClosed) return;
    this.#isOverflowing = true;
    this.tell({ type: 'sink-overflowed', sink: this.sink.name });
  }

  #writeAfter(delayMs: number): void {
    if (this.#timer !== null || this.#isWriting || this.#isClosed) return;
    this.#timer = this.clock.setTimer(() => {
      this.#timer = null;
      void this.#write();
    }, delayMs);
  }

  async #write(): Promise<void> {
    this.#isWriting = true;
    const lot = this.#queue.slice(0, MAX_LOT);
    let failure: { readonly error: unknown } | null = null;
    try {
      await this.sink.write(lot);
    } catch (error) {
      failure = { error };
    }
    this.#isWriting = false;
    if (this.#isClosed) return;
    if (failure === null) this.#taken(lot.length);
    else this.#failed(failure.error);
    if (this.#queue.length === 0) this.#release();
    else this.#writeAfter(failure === null ? 0 : this.#retryMs());
  }

  #taken(count: number): void {
    this.#queue.splice(0, count);
    this.#written += count;
    this.#isOverflowing = false;
    if (this.#failuresInARow > 0) this.tell({ type: 'sink-recovered', sink: this.sink.name });
    this.#failuresInARow = 0;
  }

  #failed(error: unknown): void {
    this.#failures++;
    if (++this.#failuresInARow === 1) this.tell({ type: 'sink-failed', sink: this.sink.name, error });
  }

  #retryMs(): number {
    return Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (this.#failuresInARow - 1));
  }

  #stopTimer(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  #release(): void {
    for (const done of this.#whenEmpty.splice(0)) done();
  }
}
