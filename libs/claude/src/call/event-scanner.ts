import { ProtocolError } from '../errors/errors.js';

/** What a scanner finds in a stream of the Messages API. Data arrives parsed, but for deltas, of which most need no parsing. */
export interface EventSink {
  /** `message_start`: the only event that holds the message's id and model, and the input side of the usage. */
  messageStart(data: unknown): void;
  /** `content_block_start` and `content_block_stop`. */
  contentBlock(): void;
  /**
   * A `content_block_delta`.
   *
   * @param field The delta's field, e.g. `text`, `thinking` or `partial_json`.
   * @param escaped The field's JSON string as it stands on the wire, without quotes, one character a byte.
   */
  contentDelta(field: string, escaped: string): void;
  /** `message_delta`: cumulative usage. */
  messageDelta(data: unknown): void;
  messageStop(): void;
  ping(): void;
  /** An `error` event inside the stream. */
  error(data: unknown): void;
  /** Anything the protocol may add later. */
  other(): void;
}

/** Default bound on one event. Larger than any answer's block, small enough to keep a hostile stream from the heap. */
export const MAX_EVENT_BYTES = 8 * 1024 * 1024;

/**
 * Nearly all of a stream is deltas of this one shape: an envelope around a single JSON string. Recognising it settles
 * that the event is well-formed and finds the string, at a tenth of the cost of parsing.
 */
const DELTA =
  /\{"type":"content_block_delta","index":\d+,"delta":\{"type":"\w+","\w+":"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"\}\}/y;

const DELTA_HEAD = 'event: content_block_delta\ndata: ';
const ENVELOPE = '{"type":"content_block_delta","index":';
const TYPE = '"type":"';

/** U+FEFF in UTF-8, read as Latin-1. */
const BYTE_ORDER_MARK = '\u00ef\u00bb\u00bf';

/**
 * Finds the events of a server-sent event stream as its bytes pass, and tells a sink about them.
 *
 * Bytes are read as Latin-1, one character a byte, which costs a copy and no decoding: the stream's structure is ASCII,
 * and what lies between is decoded only where it is parsed. Lines may end in LF, CR or CRLF and events may be split
 * anywhere. Source of the format: WHATWG HTML, "Server-sent events".
 */
export class EventScanner {
  /** What follows the last complete event, in the pieces in which it arrived. */
  readonly #pending: string[] = [];
  #pendingBytes = 0;
  /** Whether the last chunk ended in CR, so that an LF at the start of the next belongs to it. */
  #afterCarriageReturn = false;

  constructor(
    private readonly sink: EventSink,
    private readonly maxEventBytes = MAX_EVENT_BYTES,
  ) {}

  /**
   * Scans the next bytes.
   *
   * @throws ProtocolError when an event is not JSON, or larger than allowed.
   */
  push(chunk: Uint8Array): void {
    const piece = this.#withUnixLines(latin1(chunk));
    // Joining for every chunk would copy a large event over and over, so wait for the end of a line.
    if (this.#pending.length > 0 && !piece.includes('\n')) {
      this.#keep(piece);
      return;
    }
    const text = this.#pending.length === 0 ? piece : this.#pending.join('') + piece;
    this.#pending.length = 0;
    this.#pendingBytes = 0;
    const scanned = this.#scan(text);
    if (scanned < text.length) this.#keep(scanned === 0 ? text : text.slice(scanned));
  }

  /** The stream ended: a last event may lack its blank line, as the SDK has it. Half a line is no event. */
  end(): void {
    const rest = this.#pending.join('');
    this.#pending.length = 0;
    if (rest.endsWith('\n')) this.#event(rest, 0, rest.length - 1);
  }

  /** Handles every complete event and returns where the first incomplete one starts. */
  #scan(text: string): number {
    let start = 0;
    for (;;) {
      const end = text.indexOf('\n\n', start);
      if (end === -1) return start;
      this.#event(text, start, end);
      start = end + 2;
    }
  }

  #keep(piece: string): void {
    this.#pendingBytes += piece.length;
    if (this.#pendingBytes > this.maxEventBytes) {
      throw new ProtocolError(
        `One event of the stream is larger than ${this.maxEventBytes} bytes, so the stream was ended. ` +
          'Raise `maxEventBytes` if your answers really hold blocks of that size.',
      );
    }
    this.#pending.push(piece);
  }

  #withUnixLines(text: string): string {
    const joined = this.#afterCarriageReturn && text.startsWith('\n') ? text.slice(1) : text;
    if (text.length > 0) this.#afterCarriageReturn = text.endsWith('\r');
    return joined.includes('\r') ? joined.replace(/\r\n?/g, '\n') : joined;
  }

  #event(text: string, start: number, end: number): void {
    if (text.startsWith(DELTA_HEAD, start) && this.#plainDelta(text, start + DELTA_HEAD.length, end)) return;
    const { name, data } = fieldsOf(text.slice(start, end));
    if (name === 'ping') this.sink.ping();
    else if (name === 'error') this.sink.error(parseOr(data, data));
    else if (name !== null && data !== '') this.#dispatch(name, data);
  }

  /**
   * Tells of a delta in the layout that nearly all have; false for any other. Tested, not matched: what a match is put
   * together of is garbage at once, and a stream has dozens.
   */
  #plainDelta(text: string, start: number, end: number): boolean {
    DELTA.lastIndex = start;
    if (!DELTA.test(text) || DELTA.lastIndex !== end) return false;
    const type = text.indexOf(TYPE, start + ENVELOPE.length) + TYPE.length;
    const field = text.indexOf('"', type) + '","'.length;
    const fieldEnd = text.indexOf('"', field);
    const name = text.startsWith('text"', field) ? 'text' : text.slice(field, fieldEnd);
    this.sink.contentDelta(name, text.slice(fieldEnd + '":"'.length, end - '"}}'.length));
    return true;
  }

  /** A delta in another layout, or of another shape (citations): parsed, so that it is known to be JSON. */
  #looseDelta(data: string): void {
    const { delta } = parse('content_block_delta', data) as { delta?: Record<string, unknown> };
    const field = Object.keys(delta ?? {}).find((key) => key !== 'type' && typeof delta?.[key] === 'string');
    if (field === undefined) this.sink.contentDelta('other', data);
    else this.sink.contentDelta(field, escape(String(delta?.[field])));
  }

  #dispatch(name: string, data: string): void {
    if (name === 'content_block_delta') {
      if (!this.#plainDelta(data, 0, data.length)) this.#looseDelta(data);
      return;
    }
    const value = parse(name, data);
    if (name === 'message_start') this.sink.messageStart(value);
    else if (name === 'message_delta') this.sink.messageDelta(value);
    else if (name === 'message_stop') this.sink.messageStop();
    else if (name === 'content_block_start' || name === 'content_block_stop') this.sink.contentBlock();
    else this.sink.other();
  }
}

/** Turns what {@link EventSink.contentDelta} was given back into text. */
export function unescapeDelta(escaped: string): string {
  return JSON.parse(`"${decode(escaped)}"`) as string;
}

function escape(text: string): string {
  return Buffer.from(JSON.stringify(text).slice(1, -1), 'utf8').toString('latin1');
}

/** Bytes as characters, one each. */
export function latin1(chunk: Uint8Array): string {
  const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  return bytes.toString('latin1');
}

function decode(latin: string): string {
  return /[^\u0000-\u007f]/.test(latin) ? Buffer.from(latin, 'latin1').toString('utf8') : latin;
}

/** Field lines of one event. Comments and unknown fields are passed over. */
function fieldsOf(block: string): { name: string | null; data: string } {
  let name: string | null = null;
  let data = '';
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':');
    const field = line.slice(line.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0, Math.max(colon, 0));
    const value = line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'event') name = value;
    else if (field === 'data') data = data === '' ? value : `${data}\n${value}`;
  }
  return { name, data };
}

function parse(name: string, data: string): object {
  const value = parseOr(data, undefined);
  if (typeof value === 'object' && value !== null) return value;
  throw new ProtocolError(
    `The stream's \`${name}\` event (${data.length} bytes) is not a JSON object, so the stream was ended.`,
  );
}

function parseOr(data: string, fallback: unknown): unknown {
  try {
    return JSON.parse(decode(data));
  } catch {
    return fallback;
  }
}
