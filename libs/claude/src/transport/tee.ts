import type { BodySink, BodySource } from './body.types.js';
import { abortError } from './errors.js';

interface Cancellable {
  cancel(reason?: unknown): void;
}

type BranchState = 'flowing' | 'paused' | 'gone';

/** One branch's view of the shared source. */
class Branch implements BodySource {
  state: BranchState = 'flowing';
  readonly #tee: Tee;

  constructor(tee: Tee) {
    this.#tee = tee;
  }

  pause(): void {
    this.#become('paused');
  }

  resume(): void {
    this.#become('flowing');
  }

  abort(reason: Error): void {
    this.#become('gone', reason);
  }

  interruption(): Error | undefined {
    return this.#tee.interruption();
  }

  #become(state: BranchState, reason?: Error): void {
    if (this.state === 'gone' || this.state === state) return;
    this.state = state;
    this.#tee.regulate(reason);
  }
}

/**
 * Feeds two bodies from one. The source is paused while no branch wants more, not while one does not: whoever reads one
 * copy to its end before touching the other (as the SDK's `ctx.parse` does) must not wait for itself.
 */
export class Tee implements BodySink {
  readonly left: Branch = new Branch(this);
  readonly right: Branch = new Branch(this);
  readonly #trunk: Cancellable;
  readonly #source: BodySource;
  #sinks: readonly BodySink[] = [];
  #paused = false;

  constructor(trunk: Cancellable, source: BodySource) {
    this.#trunk = trunk;
    this.#source = source;
  }

  into(sinks: readonly [BodySink, BodySink]): this {
    this.#sinks = sinks;
    return this;
  }

  push(chunk: Uint8Array): void {
    for (const sink of this.#sinks) sink.push(chunk);
  }

  end(): void {
    for (const sink of this.#sinks) sink.end();
  }

  fail(error: Error): void {
    for (const sink of this.#sinks) sink.fail(error);
  }

  interruption(): Error | undefined {
    return this.#source.interruption?.();
  }

  regulate(reason?: Error): void {
    const states = [this.left.state, this.right.state];
    if (states.every((state) => state === 'gone')) {
      this.#trunk.cancel(reason ?? abortError('Both copies of the response body were cancelled'));
      return;
    }
    const paused = !states.includes('flowing');
    if (paused === this.#paused) return;
    this.#paused = paused;
    if (paused) this.#source.pause();
    else this.#source.resume();
  }
}
