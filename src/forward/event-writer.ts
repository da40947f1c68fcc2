import type { ServerResponse } from 'node:http';

const LF = 10;
const CR = 13;

/**
 * Writes an event stream as it arrives, chunk by chunk, up to the last whole event; what follows waits for its end. So the
 * client never has half an event, and a stream that breaks leaves room for an `error` event.
 */
export class EventWriter {
  readonly #out: ServerResponse;
  readonly #held: Buffer[] = [];

  constructor(out: ServerResponse) {
    this.#out = out;
  }

  /** Returns false when the client is behind: wait for `drain` before the next chunk. */
  push(bytes: Uint8Array): boolean {
    const chunk = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const end = this.#endOfEvents(chunk);
    if (end === 0) {
      this.#held.push(chunk);
      return true;
    }
    this.#release();
    if (end === chunk.length) return this.#out.write(chunk);
    this.#held.push(chunk.subarray(end));
    return this.#out.write(chunk.subarray(0, end));
  }

  /** The stream is over. */
  end(): void {
    this.#release();
    this.#out.end();
  }

  /** The stream broke: an event of ours takes the place of the one that was begun. */
  fail(event: string): void {
    this.#out.end(event);
  }

  #release(): void {
    for (const chunk of this.#held) this.#out.write(chunk);
    this.#held.length = 0;
  }

  /** Where the last whole event ends in a chunk; 0 when none does. */
  #endOfEvents(chunk: Buffer): number {
    const end = endOfEvents(chunk);
    const before = this.#held.at(-1);
    if (end > 0 || before === undefined) return end;
    // The blank line may be spread over two chunks.
    const seam = Buffer.concat([before.subarray(-2), chunk.subarray(0, 2)]);
    return Math.max(0, endOfEvents(seam) - Math.min(2, before.length));
  }
}

/** An event ends with a blank line, be it `\n` or `\r\n` (WHATWG HTML, "Server-sent events"). */
function endOfEvents(bytes: Buffer): number {
  const { length } = bytes;
  if (
    bytes[length - 1] === LF &&
    (bytes[length - 2] === LF || (bytes[length - 2] === CR && bytes[length - 3] === LF))
  ) {
    return length;
  }
  const lf = bytes.lastIndexOf('\n\n');
  const crlf = bytes.lastIndexOf('\n\r\n');
  return Math.max(lf === -1 ? 0 : lf + 2, crlf === -1 ? 0 : crlf + 3);
}
