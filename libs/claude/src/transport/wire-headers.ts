import { inspect } from 'node:util';
import { PlatformHeaders } from './platform.js';

/** Headers in wire order: name, value, name, value. Buffers hold latin1 text (RFC 9110, 5.5). */
export type RawHeaders = readonly (Buffer | string)[];

type Pair = [name: string, value: string];
type ForEach = (value: string, name: string, headers: Headers) => void;

/** More than lies between the headers of a response that came in one piece. */
const LONGEST_HEAD = 16_384;

/** Each byte, capital letters as small ones. */
const LOWER = Uint8Array.from({ length: 256 }, (_, code) => (code >= 65 && code <= 90 ? code + 32 : code));
/** More than all servers that are called have; a bound for one that makes names up. */
const MOST_NAMES = 1_024;
const names = new Map<string, string>();

const TOKEN = /^[!#$%&'*+.^_`|~A-Za-z0-9-]+$/;

/**
 * The headers of a response, decoded when somebody asks. `instanceof Headers` holds and the whole surface of `Headers`
 * works; a real one is built by the first change only.
 */
export class WireHeaders implements Headers {
  /** Let go of once decoded: the names and values in it are views of the bytes that came with them. */
  #raw: RawHeaders | undefined;
  #list: SortedHeaders | undefined;
  #changed: Headers | undefined = undefined;

  constructor(headers: RawHeaders | SortedHeaders = []) {
    const decoded = headers instanceof SortedHeaders;
    this.#raw = decoded ? undefined : headers;
    this.#list = decoded ? headers : undefined;
  }

  get(name: string): string | null {
    if (this.#changed !== undefined) return this.#changed.get(name);
    const raw = this.#raw;
    if (raw === undefined) return this.#sorted().get(name.toLowerCase()) ?? missing(name);
    const first = placeOf(name, raw, 0);
    if (first === -1) return missing(name);
    // Several values of one name are joined.
    return placeOf(name, raw, first + 2) === -1
      ? textOf(raw[first + 1])
      : (this.#sorted().get(name.toLowerCase()) ?? null);
  }

  has(name: string): boolean {
    return this.get(name) !== null;
  }

  getSetCookie(): string[] {
    return this.#changed?.getSetCookie() ?? this.#sorted().cookies();
  }

  append(name: string, value: string): void {
    this.#change().append(name, value);
  }

  set(name: string, value: string): void {
    this.#change().set(name, value);
  }

  delete(name: string): void {
    this.#change().delete(name);
  }

  forEach(callback: ForEach, thisArg?: unknown): void {
    for (const [name, value] of this.#pairs()) callback.call(thisArg, value, name, this);
  }

  entries(): IterableIterator<Pair> {
    return this.#pairs().values();
  }

  keys(): IterableIterator<string> {
    return this.#pairs()
      .map(([name]) => name)
      .values();
  }

  values(): IterableIterator<string> {
    return this.#pairs()
      .map(([, value]) => value)
      .values();
  }

  [Symbol.iterator](): IterableIterator<Pair> {
    return this.entries();
  }

  /** An independent copy. */
  copy(): Headers {
    return this.#changed === undefined ? new WireHeaders(this.#sorted()) : new PlatformHeaders(this.#changed);
  }

  [inspect.custom](_depth: number, options: object): string {
    return `Headers ${inspect(Object.fromEntries(this.#pairs()), options)}`;
  }

  #pairs(): Pair[] {
    return this.#changed === undefined ? this.#sorted().pairs() : [...this.#changed.entries()];
  }

  #sorted(): SortedHeaders {
    this.#list ??= new SortedHeaders(this.#raw ?? []);
    this.#raw = undefined;
    return this.#list;
  }

  #change(): Headers {
    return (this.#changed ??= new PlatformHeaders(this.#pairs()));
  }
}

Object.setPrototypeOf(WireHeaders.prototype, PlatformHeaders.prototype);

/** Where a name stands, from a place on; -1 where it does not. Most lookups find that out by lengths alone. */
function placeOf(name: string, raw: RawHeaders, from: number): number {
  for (let at = from; at + 1 < raw.length; at += 2) {
    const part = raw[at] as Buffer | string;
    if (part.length === name.length && isName(part, name)) return at;
  }
  return -1;
}

/** Whether the name of a header is that one, in letters of whichever size. */
function isName(part: Buffer | string, name: string): boolean {
  if (typeof part === 'string') return part.toLowerCase() === name.toLowerCase();
  for (let at = 0; at < name.length; at += 1) {
    if (LOWER[part[at] as number] !== LOWER[name.charCodeAt(at)]) return false;
  }
  return true;
}

/** Null, or the platform's own error when that is no header name at all. */
function missing(name: string): string | null {
  return TOKEN.test(name) ? null : new PlatformHeaders().get(name);
}

/**
 * Sorted by name; values of one name joined, except cookies (Fetch standard, "sort and combine"). Two flat lists, since the
 * SDK has every response's headers decoded and listed.
 */
class SortedHeaders {
  readonly #names: string[] = [];
  readonly #values: string[] = [];

  constructor(raw: RawHeaders) {
    const parts = textsOf(raw);
    for (let at = 0; at + 1 < parts.length; at += 2) {
      this.#add(nameOf(parts[at] as string), parts[at + 1] as string);
    }
  }

  get(name: string): string | undefined {
    return name === 'set-cookie' ? joined(this.cookies()) : this.#values[this.#names.indexOf(name)];
  }

  cookies(): string[] {
    return this.#values.filter((_, at) => this.#names[at] === 'set-cookie');
  }

  pairs(): Pair[] {
    return this.#names.map((name, at) => [name, this.#values[at] ?? '']);
  }

  #add(name: string, value: string): void {
    const at = this.#placeFor(name);
    if (at > 0 && this.#names[at - 1] === name && name !== 'set-cookie') {
      this.#values[at - 1] += `, ${value}`;
    } else if (at === this.#names.length) {
      this.#names.push(name);
      this.#values.push(value);
    } else {
      this.#names.splice(at, 0, name);
      this.#values.splice(at, 0, value);
    }
  }

  /** After the last name that does not come later. */
  #placeFor(name: string): number {
    let at = this.#names.length;
    while (at > 0 && name < (this.#names[at - 1] ?? '')) at -= 1;
    return at;
  }
}

function joined(values: readonly string[]): string | undefined {
  return values.length === 0 ? undefined : values.join(', ');
}

/**
 * Each part as text. All parts of most responses are views of the one chunk they came in: that is decoded once, as a call into
 * the runtime for each part costs more than all else here.
 */
function textsOf(raw: RawHeaders): readonly string[] {
  const [first] = raw;
  const last = raw.at(-1);
  if (typeof first !== 'object' || typeof last !== 'object') return raw.map(textOf);
  const { buffer, byteOffset } = first;
  const length = last.byteOffset + last.length - byteOffset;
  if (length <= 0 || length > LONGEST_HEAD || !raw.every((part) => isWithin(part, buffer, byteOffset, length))) {
    return raw.map(textOf);
  }
  const head = Buffer.from(buffer, byteOffset, length).toString('latin1');
  return (raw as readonly Buffer[]).map((part) => {
    const at = part.byteOffset - byteOffset;
    return head.slice(at, at + part.length);
  });
}

function isWithin(part: Buffer | string, buffer: ArrayBufferLike, from: number, length: number): boolean {
  return (
    typeof part === 'object' &&
    part.buffer === buffer &&
    part.byteOffset >= from &&
    part.byteOffset + part.length <= from + length
  );
}

/** One string for each name, however many responses have it. */
function nameOf(text: string): string {
  const known = names.get(text);
  if (known !== undefined) return known;
  const name = text.toLowerCase();
  if (names.size < MOST_NAMES) names.set(text, name);
  return name;
}

function textOf(part: Buffer | string | undefined): string {
  return typeof part === 'object' ? part.toString('latin1') : (part ?? '');
}
