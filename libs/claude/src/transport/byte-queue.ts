/** Most bytes handed over as one chunk: copying this much costs less than one more turn of the reader's loop. */
const COALESCE_BYTES = 32 * 1024;

const EMPTY = Buffer.alloc(0);

/** Chunks in wire order. Small neighbours leave as one. */
export class ByteQueue {
  #chunks: Uint8Array[] = [];
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  get isEmpty(): boolean {
    return this.#chunks.length === 0;
  }

  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.byteLength;
  }

  /** The next bytes, as many as are cheap to hand over at once. The queue must not be empty. */
  shift(): Uint8Array {
    const [first] = this.#chunks;
    if (first === undefined || this.#chunks.length === 1) return this.drain();
    if (this.#bytes <= COALESCE_BYTES) return this.drain();
    const chunks = this.#chunks.splice(0, this.#countToCoalesce());
    const chunk = chunks.length === 1 ? first : Buffer.concat(chunks);
    this.#bytes -= chunk.byteLength;
    return chunk;
  }

  /** Everything, as one buffer. */
  drain(): Buffer {
    const chunks = this.#chunks;
    const bytes = this.#bytes;
    this.clear();
    const [first] = chunks;
    if (first === undefined) return EMPTY;
    return chunks.length === 1 ? asBuffer(first) : Buffer.concat(chunks, bytes);
  }

  /** Hands every chunk to `keep`, in order, up to its first no: that chunk and the rest are dropped. True if all are kept. */
  keepWhile(keep: (chunk: Uint8Array) => boolean): boolean {
    const chunks = this.#chunks;
    this.clear();
    for (const chunk of chunks) {
      if (!keep(chunk)) return false;
      this.push(chunk);
    }
    return true;
  }

  clear(): void {
    this.#chunks = [];
    this.#bytes = 0;
  }

  #countToCoalesce(): number {
    let bytes = 0;
    const end = this.#chunks.findIndex((chunk) => (bytes += chunk.byteLength) > COALESCE_BYTES);
    return Math.max(1, end === -1 ? this.#chunks.length : end);
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
