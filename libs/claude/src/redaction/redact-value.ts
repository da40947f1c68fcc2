import { LogLine, type LogFields } from './log-line.js';
import { isSecretName } from './secret-names.js';
import { isPlaceholder, isPublicValue } from './plain-values.js';

/** How strings are redacted, and what stands for one whose name says that it is a secret. */
export interface ValueRedaction {
  readonly text: (text: string) => string;
  /** The same for what is known only. */
  readonly exact: (text: string) => string;
  readonly mark: (secret: string) => string;
}

const DEEPEST = 8;

/** How many values are copied in all. What is larger is no log line. */
const MOST = 10_000;

/** Names that no pattern fits, and the most of them there are. */
const PLAIN_NAME = /^[A-Za-z_-]{1,24}$/;

/** Numbers from here on may be those of a card. */
const SHORTEST_CARD = 1e13;

/** A copy of a value without secrets. Nothing of the value is run but `toJSON` and iteration; what throws is named only. */
export function redactValue(value: unknown, redaction: ValueRedaction): unknown {
  return new Walk(redaction).visit(value, 0);
}

class RedactionFailure extends Error {}

class Walk {
  readonly #redaction: ValueRedaction;
  /** What stands above the value that is visited; only these make a cycle. */
  readonly #above = new Set<object>();
  #left = MOST;

  constructor(redaction: ValueRedaction) {
    this.#redaction = redaction;
  }

  visit(value: unknown, depth: number): unknown {
    switch (typeof value) {
      case 'string':
        return this.#text(value);
      case 'number':
      case 'bigint':
        return this.#number(value);
      case 'function':
        return '[Function]';
      case 'symbol':
        return this.#text(String(value));
      case 'object':
        return value === null ? null : this.#object(value, depth);
      default:
        return value;
    }
  }

  /** A failure of the redaction itself must not be taken for one of the value: nothing may be logged then. */
  #text(text: string): string {
    try {
      return this.#redaction.text(text);
    } catch (cause) {
      throw new RedactionFailure('A text could not be redacted.', { cause });
    }
  }

  #number(value: number | bigint): unknown {
    if (value < SHORTEST_CARD) return value;
    const written = String(value);
    const cleared = this.#text(written);
    return cleared === written ? value : cleared;
  }

  #object(value: object, depth: number): unknown {
    if (this.#above.has(value)) return '[Circular]';
    if (depth > DEEPEST || this.#left <= 0) return Array.isArray(value) ? '[Array]' : '[Object]';
    this.#left -= 1;
    this.#above.add(value);
    try {
      return this.#copy(value, depth + 1);
    } catch (error) {
      if (error instanceof RedactionFailure) throw error;
      return '[Unreadable]';
    } finally {
      this.#above.delete(value);
    }
  }

  #copy(value: object, depth: number): unknown {
    if (Array.isArray(value)) return value.slice(0, MOST).map((item) => this.visit(item, depth));
    if (value instanceof Error) return this.#error(value, depth);
    if (value instanceof LogLine) return value.withFields(this.#properties(value, {}, depth) as LogFields);
    if (value instanceof Date) return new Date(value);
    if (ArrayBuffer.isView(value)) return `[${value.constructor.name} of ${value.byteLength} bytes]`;
    if (value instanceof ArrayBuffer || value instanceof SharedArrayBuffer) return `[${value.byteLength} bytes]`;
    if (value instanceof Map) return new Map(this.#entries(value, depth));
    if (value instanceof Set) return new Set([...value].map((item) => this.visit(item, depth)));
    if (value instanceof URL || value instanceof RegExp) return this.#text(String(value));
    if (value instanceof Headers || value instanceof URLSearchParams) {
      return Object.fromEntries(this.#entries(value, depth));
    }
    const toJson = dataProperty(value, 'toJSON');
    if (typeof toJson === 'function') return this.visit(Reflect.apply(toJson, value, []), depth);
    return this.#properties(value, {}, depth);
  }

  #entries(entries: Iterable<readonly [unknown, unknown]>, depth: number): [unknown, unknown][] {
    return Array.from(entries, ([key, value]) => [
      this.visit(key, depth),
      typeof key === 'string' ? this.#named(key, value, depth) : this.visit(value, depth),
    ]);
  }

  /** A plain error, so that whoever looks for one finds it and nothing else of its class is run. */
  #error(error: Error, depth: number): Error {
    const text = (plain: string): string => this.#text(plain);
    const copy = new Error(text(stringProperty(error, 'message') ?? ''));
    define(copy, 'name', text(stringProperty(error, 'name') ?? 'Error'));
    const stack = stackOf(error);
    define(copy, 'stack', stack === undefined ? undefined : text(stack));
    for (const name of ['cause', 'errors']) {
      const held = dataProperty(error, name);
      if (held !== undefined) define(copy, name, this.visit(held, depth));
    }
    this.#properties(error, copy, depth);
    return copy;
  }

  #properties(from: object, to: object, depth: number): object {
    for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(from))) {
      if (!property.enumerable || Object.hasOwn(to, name)) continue;
      const value: unknown = 'value' in property ? this.#named(name, property.value, depth) : '[Getter]';
      const shown = PLAIN_NAME.test(name) ? this.#redaction.exact(name) : this.#text(name);
      Object.defineProperty(to, shown, { value, enumerable: true, configurable: true, writable: true });
    }
    return to;
  }

  /** A string whose name says that it is a secret is one, whatever it looks like. */
  #named(name: string, value: unknown, depth: number): unknown {
    if (typeof value === 'string' && isSecretName(name) && !isPlaceholder(value) && !isPublicValue(value)) {
      const cleared = this.#text(value);
      return cleared === value && value !== '' ? this.#redaction.mark(value) : cleared;
    }
    return this.visit(value, depth);
  }
}

/** The value of a property, own or inherited, that is no getter. */
function dataProperty(value: object, name: string): unknown {
  for (let each: object | null = value; each !== null; each = Reflect.getPrototypeOf(each)) {
    const property = Reflect.getOwnPropertyDescriptor(each, name);
    if (property !== undefined) return 'value' in property ? property.value : undefined;
  }
  return undefined;
}

function stringProperty(value: object, name: string): string | undefined {
  const found = dataProperty(value, name);
  return typeof found === 'string' ? found : undefined;
}

/** V8's own getter, which newer versions of it have in the place of a value. */
const NATIVE_STACK = Reflect.getOwnPropertyDescriptor(new Error('shows how V8 keeps a stack'), 'stack')?.get;

function stackOf(error: Error): string | undefined {
  const isNative = Reflect.getOwnPropertyDescriptor(error, 'stack')?.get === NATIVE_STACK;
  return NATIVE_STACK !== undefined && isNative ? error.stack : stringProperty(error, 'stack');
}

function define(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, configurable: true, writable: true });
}
