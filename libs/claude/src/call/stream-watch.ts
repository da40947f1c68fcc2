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
  #lastBytesAt: number;
  #lastEventAt: number;
  #sawEvent = false;

  constructor(
    private readonly timeouts: StreamTimeouts,
    private readonly clock: Clock,
    alreadyElapsedMs: number,
    private readonly owner: StreamWatchOwner,
  ) {
    this.#lastBytesAt = clock.now();
    this.#lastEventAt = clock.now() - alreadyElapsedMs;
    this.#arm();
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
    this.#arm();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#stopped = true;
  }

  #stopped = false;

  #arm(): void {
    if (this.#stopped) return;
    this.#timer?.cancel();
    this.#timer = this.clock.setTimer(() => setImmediate(() => this.#look()), Math.max(1, this.#silence().leftMs));
  }

  #look(): void {
    if (this.#stopped) return;
    if (this.owner.isExcused()) this.#lastBytesAt = this.#lastEventAt = this.clock.now();
    const { leftMs, what } = this.#silence();
    if (leftMs > 0) this.#arm();
    else this.owner.onSilence(what);
  }

  /** The limit that is reached next. */
  #silence(): { leftMs: number; what: string } {
    const now = this.clock.now();
    const { firstEventMs, idleMs, contentIdleMs } = this.timeouts;
    const idleLeft = idleMs - (now - this.#lastBytesAt);
    const eventMs = this.#sawEvent ? contentIdleMs : firstEventMs;
    const eventLeft = eventMs - (now - this.#lastEventAt);
    if (idleLeft < eventLeft) {
      return { leftMs: idleLeft, what: `The stream sent nothing for ${idleMs} ms (\`timeouts.idleMs\`).` };
    }
    const option = this.#sawEvent ? 'timeouts.contentIdleMs' : 'timeouts.firstEventMs';
    return { leftMs: eventLeft, what: `The stream sent nothing but pings for ${eventMs} ms (\`${option}\`).` };
  }
}
