import type { Clock, Timer } from './clock.js';

/** How long a stream may be silent. All in milliseconds, all above 0. */
export interface StreamTimeouts {
  /** From the start of the attempt to the first event that is not a ping. Default 60,000. */
  readonly firstEventMs: number;
  /** Between any two pieces of a running stream. Default 60,000; the API pings more often. */
  readonly idleMs: number;
  /** Between two events that carry something, however many pings arrive meanwhile. Default 300,000. */
  readonly contentIdleMs: number;
}

/** Whose stream it is. */
export interface StreamWatchOwner {
  /** Whether silence is not the upstream's fault just now. */
  isExcused(): boolean;
  onSilence(what: string): void;
}

/**
 * Watches a stream for silence with one timer. The timer is not moved for every chunk: when it fires it looks how long
 * it has really been, and after a blocked event loop it lets the waiting bytes come in first.
 */
export class StreamWatch {
  #timer: Timer | null = null;
  /** When the timer fires, at the latest. */
  #looksAt = Infinity;
  #lastBytesAt: number;
  #lastEventAt: number;
  #sawEvent = false;
  #stopped = false;

  constructor(
    private readonly timeouts: StreamTimeouts,
    private readonly clock: Clock,
    alreadyElapsedMs: number,
    private readonly owner: StreamWatchOwner,
  ) {
    this.#lastBytesAt = clock.now();
    this.#lastEventAt = this.#lastBytesAt - alreadyElapsedMs;
  }

  /** Begins to watch; a stream that came whole has been stopped by then, and needs no timer. */
  start(): void {
    if (!this.#stopped) this.#arm();
  }

  /** Something arrived, be it a ping. */
  bytes(): void {
    this.#lastBytesAt = this.clock.now();
  }

  /** An event other than a ping arrived. */
  event(): void {
    this.#lastEventAt = this.#lastBytesAt;
    if (this.#sawEvent) return;
    this.#sawEvent = true;
    // Another limit holds from here on, which may be reached before the timer fires.
    if (this.#timer !== null && this.#lastEventAt + this.timeouts.contentIdleMs < this.#looksAt) this.#arm();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#stopped = true;
  }

  #arm(): void {
    this.#timer?.cancel();
    const inMs = Math.max(1, Math.min(this.#idleLeftMs(), this.#eventLeftMs()));
    this.#looksAt = this.clock.now() + inMs;
    this.#timer = this.clock.setTimer(() => setImmediate(() => this.#look()), inMs);
  }

  #look(): void {
    if (this.#stopped) return;
    if (this.owner.isExcused()) this.#lastBytesAt = this.#lastEventAt = this.clock.now();
    if (this.#idleLeftMs() > 0 && this.#eventLeftMs() > 0) this.#arm();
    else this.owner.onSilence(this.#silence());
  }

  #idleLeftMs(): number {
    return this.timeouts.idleMs - (this.clock.now() - this.#lastBytesAt);
  }

  #eventLeftMs(): number {
    const { firstEventMs, contentIdleMs } = this.timeouts;
    return (this.#sawEvent ? contentIdleMs : firstEventMs) - (this.clock.now() - this.#lastEventAt);
  }

  /** The limit that was reached first. */
  #silence(): string {
    const { idleMs, firstEventMs, contentIdleMs } = this.timeouts;
    if (this.#idleLeftMs() < this.#eventLeftMs()) {
      return `The stream sent nothing for ${idleMs} ms (\`timeouts.idleMs\`).`;
    }
    return this.#sawEvent
      ? `The stream sent nothing but pings for ${contentIdleMs} ms (\`timeouts.contentIdleMs\`).`
      : `The stream sent nothing but pings for ${firstEventMs} ms (\`timeouts.firstEventMs\`).`;
  }
}
