/** Who waits in a queue. */
export interface Waiter {
  /** 0 interactive, 1 normal, 2 background. */
  readonly rank: 0 | 1 | 2;
  /** Whose turn it takes; `''` where nobody is told apart. */
  readonly tenant: string;
  /** Order of arrival, unique in its queue: a call that comes back after a failed attempt keeps the number of its first time. */
  readonly arrival: number;
  /** Monotonic milliseconds at which it began to wait, its first time. Never lower than that of an earlier arrival. */
  readonly sinceMs: number;
  /** What it asks for: one finite amount of at least 0 for each dimension of the queue. The same as long as it is in it. */
  readonly amounts: readonly number[];
  /** What its turn costs its tenant; at least 0. Asked for when it is served, and only where tenants take turns. */
  readonly weight: number;
}

/** A waiter that carries the links of the queue it is in, so that leaving costs the same from anywhere. */
export abstract class QueuedWaiter implements Waiter {
  /** @internal The queue it is in. */
  queue: object | null = null;
  /** @internal The one ahead of it in its list. */
  previous: this | null = null;
  /** @internal The one behind it in its list. */
  next: this | null = null;

  constructor(
    readonly rank: Waiter['rank'],
    readonly tenant: string,
    readonly arrival: number,
    readonly sinceMs: number,
  ) {}

  abstract get amounts(): readonly number[];
  abstract get weight(): number;
}
