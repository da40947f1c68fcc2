import type { Operation, OperationMethod, RateLimitGroup, RepeatEffect, UsageLocation } from './operation.js';

/** Constructors for the rows of one rate-limit group, named by what a call does. */
export interface OperationRows {
  /** GET: unpaid and safe to repeat. */
  readonly read: (name: string, path: string, usage?: UsageLocation) => Operation;
  /** POST that is unpaid and safe to repeat: a computation, or a change that ends in the same state. */
  readonly post: (name: string, path: string, usage?: UsageLocation) => Operation;
  /** POST that is unpaid and may make a second object, secret or message when repeated. */
  readonly create: (name: string, path: string) => Operation;
  /** DELETE: unpaid and safe to repeat. */
  readonly remove: (name: string, path: string) => Operation;
  /** POST that starts spending by tokens. */
  readonly paid: (name: string, path: string, judged: { usage: UsageLocation; repeat: RepeatEffect }) => Operation;
}

type Judged = Partial<Pick<Operation, 'cost' | 'usage' | 'repeat'>>;

export function rowsOf(limit: RateLimitGroup): OperationRows {
  const row = (name: string, method: OperationMethod, path: string, judged: Judged = {}): Operation =>
    Object.freeze({
      name,
      method,
      path,
      beta: false,
      limit,
      cost: 'unpaid',
      usage: 'none',
      repeat: 'safe',
      ...judged,
    });
  return {
    read: (name, path, usage = 'none') => row(name, 'get', path, { usage }),
    post: (name, path, usage = 'none') => row(name, 'post', path, { usage }),
    create: (name, path) => row(name, 'post', path, { repeat: 'creates' }),
    remove: (name, path) => row(name, 'delete', path),
    paid: (name, path, judged) => row(name, 'post', path, { ...judged, cost: 'paid' }),
  };
}

/** The rows as methods of `client.beta`. */
export function inBeta(rows: readonly Operation[]): readonly Operation[] {
  return rows.map((row) => Object.freeze({ ...row, name: `beta.${row.name}`, beta: true }));
}

/** The rows as they are, and again as methods of `client.beta`. */
export function withBetaTwins(rows: readonly Operation[]): readonly Operation[] {
  return [...rows, ...inBeta(rows)];
}
