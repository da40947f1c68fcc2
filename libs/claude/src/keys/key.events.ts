import type { FailureKind } from '../errors/failure-meaning.js';

/** Something that happened to the keys of an endpoint. */
export type KeyEvent = KeyEventSource & KeyEventDetail;

/** Where and when it happened. */
export interface KeyEventSource {
  readonly endpoint: string;
  /** Name of the key's source. */
  readonly source: string;
  /** Milliseconds since the Unix epoch. */
  readonly atMs: number;
}

export type KeyEventDetail =
  /** The first key is there. */
  | { readonly type: 'loaded'; readonly keyId: string }
  /** New attempts carry another key; exchanges under way end with the one they began with. */
  | { readonly type: 'rotated'; readonly keyId: string; readonly previousKeyId: string }
  /** An alarm, once per outage: the API refuses the key and its source has no other. Calls fail until that changes. */
  | { readonly type: 'refused'; readonly keyId: string }
  /** The API takes a key that it had refused. */
  | { readonly type: 'accepted'; readonly keyId: string }
  /** An alarm: the source failed, or gave what is no key. `keyId` is the one that serves meanwhile; `null` for none. */
  | { readonly type: 'refresh-failed'; readonly keyId: string | null; readonly failure: KeyFailure };

/** What kind of failure it was. Never its message, which may quote a secret. */
export interface KeyFailure {
  readonly kind: FailureKind;
  /** Name of the error's class. */
  readonly type: string;
  readonly code: string | null;
}
