import { WireBody, type BodySource } from './body.js';
import { abortReason, toError } from './errors.js';

type Chunk = Uint8Array | string;

interface Puller {
  next(): Promise<{ readonly value?: Chunk | undefined; readonly done?: boolean | undefined }>;
  stop(reason: Error): Promise<unknown> | undefined;
}

/** The body of a response that is not ours, pulled as fast as it is wanted. */
export function pumpBody(stream: ReadableStream<Chunk> | AsyncIterable<Chunk>, signal?: AbortSignal | null): WireBody {
  return new BodyPump('getReader' in stream ? streamPuller(stream) : iterablePuller(stream), signal ?? undefined).body;
}

class BodyPump implements BodySource {
  readonly body: WireBody = new WireBody(this);
  readonly #puller: Puller;
  readonly #signal: AbortSignal | undefined;
  #pulling = false;
  #paused = false;
  #over = false;

  constructor(puller: Puller, signal: AbortSignal | undefined) {
    this.#puller = puller;
    this.#signal = signal;
    void this.#pull();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    void this.#pull();
  }

  abort(reason: Error): void {
    if (this.#over) return;
    this.#over = true;
    this.#puller.stop(reason)?.catch(() => undefined);
  }

  interruption(): Error | undefined {
    return this.#signal?.aborted === true ? abortReason(this.#signal) : undefined;
  }

  async #pull(): Promise<void> {
    if (this.#pulling) return;
    this.#pulling = true;
    while (!this.#paused && !this.#over) await this.#step();
    this.#pulling = false;
  }

  async #step(): Promise<void> {
    try {
      const { value, done } = await this.#puller.next();
      if (this.#over) return;
      this.#over = done === true;
      if (this.#over) this.body.end();
      else if (value !== undefined) this.body.push(typeof value === 'string' ? Buffer.from(value) : value);
    } catch (thrown) {
      this.#over = true;
      this.body.fail(toError(thrown));
    }
  }
}

function streamPuller(stream: ReadableStream<Chunk>): Puller {
  const reader = stream.getReader();
  return { next: () => reader.read(), stop: (reason) => reader.cancel(reason) };
}

function iterablePuller(iterable: AsyncIterable<Chunk>): Puller {
  const iterator = iterable[Symbol.asyncIterator]();
  return { next: () => iterator.next(), stop: () => iterator.return?.() };
}
