import { randomUUID } from 'node:crypto';
import { checkContext, type CallPriority } from '../call/context.js';
import type { Cost } from '../call/cost.js';
import type { Usage } from '../call/usage.js';
import { partOf, type UsageEntry } from './ledger/usage-entry.js';
import type { SavingsAppraiser } from './savings/savings-appraiser.js';

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
  /** Who waited for it. Default `normal`: savings then do not take it for work that could have gone into a batch. */
  readonly priority?: CallPriority;
}

/** What was used, what that costs, and when it was used. */
export interface PricedUsage {
  readonly usage: Usage;
  readonly cost: Cost;
  readonly atMs: number;
}

/** @throws InvalidContextError when the user, a tag, the kind of work or the priority is of the wrong kind. */
export function entryOfUse(
  use: ExternalUse,
  { usage, cost, atMs }: PricedUsage,
  appraiser: SavingsAppraiser,
): UsageEntry {
  const { model, id = randomUUID(), endpoint = 'external', user, tags, requestType, priority } = use;
  checkContext({
    ...(user !== undefined && { user }),
    ...(tags && { tags }),
    ...(requestType && { requestType }),
    priority,
  });
  const work: OwnWork = {
    id,
    operation: 'external',
    model,
    endpoint,
    requestType: requestType ?? null,
    user: user ?? null,
    tags: tags ?? {},
  };
  return entryOfWork(work, { usage, cost, atMs }, appraiser, priority);
}

/** Work that was no call of this module, or is none by itself. */
export type OwnWork = Pick<UsageEntry, 'id' | 'operation' | 'requestType' | 'user' | 'tags'> & {
  readonly model: string;
  readonly endpoint: string;
};

/** What a ledger keeps of it. */
export function entryOfWork(
  { model, endpoint, ...work }: OwnWork,
  { usage, cost, atMs }: PricedUsage,
  appraiser: SavingsAppraiser,
  priority: CallPriority = 'normal',
): UsageEntry {
  const attempt = { model, endpoint, startedAfterMs: 0, durationMs: 0, usage, cost, reservedNanoUsd: null };
  const { requestType } = work;
  return {
    ...work,
    model,
    atMs,
    outcome: 'succeeded',
    costNanoUsd: cost.nanoUsd,
    savingsNanoUsd: appraiser.appraise({
      requestType,
      priority,
      stream: false,
      startedAtMs: atMs,
      attempts: [attempt],
    }),
    parts: [partOf(model, endpoint, usage, cost)],
  };
}
