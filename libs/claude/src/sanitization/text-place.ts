import type { InputSource } from '../call/input-finding.js';

/** Where a value stands: its key, and what it stands in. Written out only when somebody asks. */
export interface Place {
  readonly key: string | number;
  readonly parent: Place | null;
}

/** The value itself. */
export const ROOT: Place = { key: '', parent: null };

export function placeIn(parent: Place, key: string | number): Place {
  return { key, parent };
}

/** `messages[2].content[0].text`, as one would write it; what is no name is written in quotes and cut. */
export function pathOf(place: Place): string {
  const keys: (string | number)[] = [];
  for (let at: Place | null = place; at !== null && at.parent !== null; at = at.parent) keys.unshift(at.key);
  const written = keys.map((key) => (typeof key === 'number' ? `[${key}]` : named(key))).join('');
  return written.replace(/^\./, '') || 'input';
}

const LONGEST_NAME = 64;

/** A key can hide text too, so only what is a plain name is told. */
function named(key: string): string {
  return /^[A-Za-z_$][\w$-]*$/.test(key) && key.length <= LONGEST_NAME ? `.${key}` : '[*]';
}

/** What may be done to a text. */
export type Changeability =
  | 'free'
  /** It ends what the model is to go on with, so it must not end in white space. */
  | 'answer-begun'
  /** Its exact wording matters: names, keys, what a server has signed or made. */
  | 'fixed';

/** A text of a request. */
export interface TextPlace {
  readonly place: Place;
  readonly source: InputSource;
  readonly change: Changeability;
}
