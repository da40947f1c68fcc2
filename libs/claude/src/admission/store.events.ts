/** What happens to a `store` of one's own. */
export type StoreEvent =
  /** It failed, or did not answer in time: calls are decided about without it. Once until it answers again. */
  { readonly type: 'store-failed'; readonly error: unknown } | { readonly type: 'store-recovered' };

/** How a `store` of one's own has done. */
export interface StoreStats {
  /** Whether its last answer was none. */
  readonly isFailing: boolean;
  /** How often it failed, or did not answer in time. */
  readonly failures: number;
  /** Requests that were let through without it. */
  readonly letThrough: number;
  /** Requests that were refused without it. */
  readonly refused: number;
}
