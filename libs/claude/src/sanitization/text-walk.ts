import type { InputSource } from '../call/input-finding.js';
import { placeIn, type Changeability, type Place, type TextPlace } from './text-place.js';

/** Hears of every text, and says what is to stand in its place. */
export interface TextVisitor {
  text(text: string, place: TextPlace): string;
  /** Values deeper than allowed; they are passed over. */
  tooDeep(place: Place, source: InputSource): void;
  /** A value that contains itself, which no request can. */
  cycle(place: Place, source: InputSource): void;
}

/** An object of JSON. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** How a part of a value is walked. */
export type Walk = (value: unknown, place: Place) => unknown;

/** Walks values without changing them: where something is to change, a copy of what leads to it is made. */
export class TextWalk {
  readonly #ancestors = new Set<object>();

  constructor(
    private readonly visitor: TextVisitor,
    private readonly maxDepth: number,
  ) {}

  /** A text, if it is one. */
  text(value: unknown, place: Place, source: InputSource, change: Changeability = 'free'): unknown {
    if (typeof value !== 'string' || value === '') return value;
    return this.visitor.text(value, { place, source, change });
  }

  /** Each element of a list, if it is one. */
  each(value: unknown, place: Place, walk: Walk): unknown {
    if (!Array.isArray(value)) return value;
    let copy: unknown[] | null = null;
    for (const [index, item] of value.entries()) {
      const walked = walk(item, placeIn(place, index));
      if (walked === item) continue;
      copy ??= [...(value as unknown[])];
      copy[index] = walked;
    }
    return copy ?? value;
  }

  /** Some fields of an object, each in its way. */
  fields(object: JsonObject, place: Place, walks: Readonly<Record<string, Walk>>): JsonObject {
    let copy: Record<string, unknown> | null = null;
    for (const key of Object.keys(walks)) {
      if (!Object.hasOwn(object, key)) continue;
      const value = object[key];
      const walked = walks[key]?.(value, placeIn(place, key));
      if (walked === value) continue;
      copy ??= { ...object };
      copy[key] = walked;
    }
    return copy ?? object;
  }

  /** Every text in a value of any shape. Names of fields are looked at, and stay. */
  everything(value: unknown, place: Place, source: InputSource, change: Changeability, depth = 0): unknown {
    if (typeof value === 'string') return this.text(value, place, source, change);
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
    if (depth >= this.maxDepth) {
      this.visitor.tooDeep(place, source);
      return value;
    }
    if (this.#ancestors.has(value)) {
      this.visitor.cycle(place, source);
      return value;
    }
    this.#ancestors.add(value);
    try {
      const inside: Walk = (item, at) => this.everything(item, at, source, change, depth + 1);
      return Array.isArray(value)
        ? this.each(value, place, inside)
        : this.#members(value as JsonObject, place, source, inside);
    } finally {
      this.#ancestors.delete(value);
    }
  }

  #members(object: JsonObject, place: Place, source: InputSource, inside: Walk): JsonObject {
    let changed = false;
    const members = Object.keys(object).map((key): [string, unknown] => {
      const at = placeIn(place, key);
      this.text(key, at, source, 'fixed');
      const walked = inside(object[key], at);
      changed ||= walked !== object[key];
      return [key, walked];
    });
    return changed ? Object.fromEntries(members) : object;
  }
}
