import { textTokens } from './text-tokens.js';
import type { TokenScale } from './token-scale.js';

/** One estimate under way: what things cost, and how much more of the request is looked at, so that it ends on any input. */
export interface TokenWalk {
  readonly scale: TokenScale;
  depthLeft: number;
  valuesLeft: number;
}

export type Fields = Readonly<Record<string, unknown>>;

const MAX_DEPTH = 64;
const MAX_VALUES = 250_000;

/** What a number costs, the quotes of a string, and a key beside its text. */
const NUMBER_TOKENS = 2;
const QUOTES_TOKENS = 1;
const KEY_TOKENS = 2;

/** Base64 characters that a character of encrypted text becomes. */
const BASE64_GROWTH = 4 / 3;

export function startTokenWalk(scale: TokenScale): TokenWalk {
  return { scale, depthLeft: MAX_DEPTH, valuesLeft: MAX_VALUES };
}

/** The tokens of a list's entries; 0 for what is no list. */
export function ofEach(walk: TokenWalk, list: unknown, tokensOf: (walk: TokenWalk, entry: unknown) => number): number {
  if (!Array.isArray(list) || walk.depthLeft === 0) return 0;
  let tokens = 0;
  walk.depthLeft -= 1;
  for (let at = 0; at < list.length && walk.valuesLeft > 0; at += 1) {
    walk.valuesLeft -= 1;
    tokens += tokensOf(walk, list[at]);
  }
  walk.depthLeft += 1;
  return tokens;
}

/** The tokens of an object's fields. */
export function ofFields(
  walk: TokenWalk,
  fields: Fields,
  tokensOf: (walk: TokenWalk, name: string, value: unknown) => number,
): number {
  if (ArrayBuffer.isView(fields) || walk.depthLeft === 0) return 0;
  let tokens = 0;
  walk.depthLeft -= 1;
  for (const name in fields) {
    if (walk.valuesLeft === 0) break;
    walk.valuesLeft -= 1;
    tokens += tokensOf(walk, name, fields[name]);
  }
  walk.depthLeft += 1;
  return tokens;
}

/** A text the model reads; 0 for what is none. */
export function ofText(walk: TokenWalk, text: unknown): number {
  return typeof text === 'string' ? textTokens(text, walk.scale.charactersPerToken) : 0;
}

/** Text that the API alone can decrypt, as its length tells; 0 for what is none. */
export function ofEncrypted(walk: TokenWalk, text: unknown): number {
  return typeof text === 'string' ? text.length / BASE64_GROWTH / walk.scale.charactersPerToken : 0;
}

/** Anything the model reads as JSON. */
export function ofJson(walk: TokenWalk, value: unknown): number {
  if (typeof value === 'string') return QUOTES_TOKENS + ofText(walk, value);
  if (value === undefined) return 0;
  if (Array.isArray(value)) return ofEach(walk, value, ofJson);
  return isFields(value) ? ofFields(walk, value, ofJsonField) : NUMBER_TOKENS;
}

function ofJsonField(walk: TokenWalk, name: string, value: unknown): number {
  return KEY_TOKENS + ofText(walk, name) + ofJson(walk, value);
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}
