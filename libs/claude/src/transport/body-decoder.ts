import { constants, createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';
import type { Transform } from 'node:stream';
import { WireBody, type BodySource } from './body.js';
import { ContentDecodingError, terminated } from './errors.js';

/** Where the encoded bytes come from. */
interface Upstream extends Required<BodySource> {
  finish(): void;
}

type Open = (firstByte: number) => Transform;

const ZLIB = { flush: constants.Z_SYNC_FLUSH };
const BROTLI = { flush: constants.BROTLI_OPERATION_FLUSH };
/** The compression method in the first byte of a zlib header (RFC 1950); some servers send raw deflate instead. */
const DEFLATE_METHOD = 8;

const DECODERS: Readonly<Record<string, Open>> = {
  gzip: () => createGunzip(ZLIB),
  'x-gzip': () => createGunzip(ZLIB),
  br: () => createBrotliDecompress(BROTLI),
  deflate: (firstByte) => ((firstByte & 0x0f) === DEFLATE_METHOD ? createInflate(ZLIB) : createInflateRaw(ZLIB)),
};

/** Decodes a body on its way from the socket, with back-pressure. */
export class BodyDecoder implements BodySource {
  readonly body: WireBody = new WireBody(this);
  readonly #encoding: string;
  readonly #steps: readonly Open[];
  readonly #upstream: Upstream;
  #streams: readonly Transform[] = [];
  #draining = false;

  private constructor(encoding: string, steps: readonly Open[], upstream: Upstream) {
    this.#encoding = encoding;
    this.#steps = steps;
    this.#upstream = upstream;
  }

  /** Undefined when there is nothing to decode, or when a coding is unknown: the body is then passed on as it is. */
  static for(encoding: string, upstream: Upstream): BodyDecoder | undefined {
    const codings = encoding.split(',').map((coding) => coding.trim().toLowerCase());
    const steps = codings.filter((coding) => coding !== 'identity').map((coding) => DECODERS[coding]);
    const known = steps.filter((step) => step !== undefined);
    if (known.length === 0 || known.length < steps.length) return undefined;
    return new BodyDecoder(encoding, known.toReversed(), upstream);
  }

  write(chunk: Buffer): void {
    const first = this.#streams[0] ?? this.#open(chunk[0] ?? 0);
    if (first.write(chunk) || this.#draining) return;
    this.#draining = true;
    this.#upstream.pause();
    first.once('drain', () => {
      this.#draining = false;
      this.#upstream.resume();
    });
  }

  end(): void {
    const [first] = this.#streams;
    if (first === undefined) this.#ended();
    else first.end();
  }

  fail(error: Error): void {
    this.body.fail(error);
    this.#destroy();
  }

  pause(): void {
    this.#streams.at(-1)?.pause();
  }

  resume(): void {
    this.#streams.at(-1)?.resume();
  }

  abort(reason: Error): void {
    this.#destroy();
    this.#upstream.abort(reason);
  }

  interruption(): Error | undefined {
    return this.#upstream.interruption();
  }

  #open(firstByte: number): Transform {
    const streams = this.#steps.map((open) => open(firstByte));
    const first = streams.reduceRight((next, stream) => (stream.pipe(next), stream));
    for (const stream of streams) stream.on('error', (error) => this.#corrupt(error));
    const last = streams.at(-1) ?? first;
    last.on('data', (chunk: Buffer) => this.body.push(chunk)).on('end', () => this.#ended());
    this.#streams = streams;
    return first;
  }

  #ended(): void {
    this.#upstream.finish();
    this.body.end();
  }

  #corrupt(cause: Error): void {
    const error = new ContentDecodingError(this.#encoding, cause);
    this.fail(terminated(error));
    this.#upstream.abort(error);
  }

  #destroy(): void {
    for (const stream of this.#streams) stream.destroy();
  }
}
