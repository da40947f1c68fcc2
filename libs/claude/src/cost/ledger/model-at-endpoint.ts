import { pairIn } from './pair-name.js';
import { usageSums, type UsageSums } from './usage-summary.js';
import type { Column } from './usage-table.js';

/** What one model used at one endpoint. */
export interface ModelAtEndpoint extends UsageSums {
  /** The model that was asked; empty where an operation named none. */
  readonly model: string;
  readonly endpoint: string;
}

/**
 * @param name What the pair has its row by.
 * @param sum What each column of the row adds up to.
 */
export function modelAtEndpoint(name: string, sum: (column: Column) => number): ModelAtEndpoint {
  return { ...pairIn(name), ...usageSums(sum) };
}
