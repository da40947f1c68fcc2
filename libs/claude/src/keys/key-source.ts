/** A key as its source hands it out, when the source knows more of it than its value. */
export interface KeyLease {
  readonly value: string;
  /**
   * What logs, records and events call this key, such as the version of the secret. Never anything of the value. Default:
   * a fingerprint that means nothing outside this process.
   */
  readonly id?: string;
  /** When it ends, in milliseconds since the Unix epoch; `null` when that is not known. Default `null`. */
  readonly expiresAt?: number | null;
}

/** What a source is told when it is asked. */
export interface KeyRequest {
  /** The API has refused the last key: what the source itself remembers must not answer. Default false. */
  readonly forceRefresh?: boolean;
  /** Aborts when nobody waits any longer. */
  readonly signal?: AbortSignal;
}

/**
 * Where API keys come from. A source only fetches: remembering the key, refreshing it, sharing one fetch among many calls
 * and getting over a failure is done for it.
 */
export interface ClaudeKeySource {
  /** What errors and events call it. Names no secret. */
  readonly name: string;
  /** Fetches the key. What it rejects with is told by kind and code alone, since its message may quote a secret. */
  getKey(request?: KeyRequest): Promise<string | KeyLease>;
  /** Calls back when there may be a new key, until the function returned is called. */
  watch?(changed: () => void): () => void;
  /** Tells of every other secret it comes to use, such as that of an encrypted file, so that it is kept out of logs. */
  onSecret?(tell: (secret: string) => void): void;
  /** Lets go of whatever it holds. */
  close?(): Promise<void>;
}

/**
 * Supplies an API key: a function of your own, asked before every attempt, and once more with `forceRefresh` after the API
 * refused what it gave. It remembers for itself, or is slow for every call.
 */
export type KeySupplier = (request?: KeyRequest) => string | KeyLease | Promise<string | KeyLease>;

/** A key as options give it: itself, a function that is asked before every attempt, or a source. */
export type GivenKey = string | KeySupplier | ClaudeKeySource;

/** Where the key of an endpoint comes from. */
export type KeyOrigin = { readonly value: () => string } | { readonly ask: KeySupplier } | ClaudeKeySource;

/** Whether something can be asked for keys. */
export function isKeySource(value: unknown): value is ClaudeKeySource {
  if (typeof value !== 'object' || value === null) return false;
  const { name, getKey } = value as Partial<ClaudeKeySource>;
  return typeof name === 'string' && name.trim() !== '' && typeof getKey === 'function';
}

/** Whether an option is a key in any way to give one. */
export function isGivenKey(value: unknown): value is GivenKey {
  return typeof value === 'string' || typeof value === 'function' || isKeySource(value);
}
