import { randomUUID } from 'node:crypto';
import { checkContext } from '../call/context.js';
import type { Cost } from '../call/cost.js';
import type { Usage } from '../call/usage.js';
import { partOf, type UsageEntry } from './ledger/usage-entry.js';

/** Whose use it was that was not made through this module, and of what. */
export interface ExternalUse {
  /** The model that was used: an exact id or alias. */
  readonly model: string;
  /** The same id again changes nothing, as long as it is among the last entries. Default: a new one. */
  readonly id?: string;
  /** When it was used. Default now. */
  readonly at?: Date | number;
  /** Where. Default `external`. */
  readonly endpoint?: string;
  readonly user?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly requestType?: string;
}

/** @throws InvalidContextError when the user, a tag or the kind of work is of the wrong kind. */
export function entryOfUse(use: ExternalUse, usage: Usage, cost: Cost, atMs: number): UsageEntry {
  const { model, id = randomUUID(), endpoint = 'external', user, tags, requestType } = use;
  checkContext({ ...(user !== undefined && { user }), ...(tags && { tags }), ...(requestType && { requestType }) });
  return {
    id,
    atMs,
    operation: 'external',
    model,
    requestType: requestType ?? null,
    user: user ?? null,
    tags: tags ?? {},
    outcome: 'succeeded',
    costNanoUsd: cost.nanoUsd,
    parts: [partOf(model, endpoint, usage, cost)],
  };
}
