import type { Cost, UnpricedReason } from '../../call/cost.js';
import type { Outcome } from '../../call/outcome.js';
import type { AttemptRecord, CallRecord } from '../../call/record.js';
import { billedTokens, type TokenUsage, type Usage } from '../../call/usage.js';
import type { CallSavings } from '../savings/call-savings.js';

/** What one attempt of a call used, and what it cost. */
export interface UsagePart extends TokenUsage {
  /** The model that was asked; `null` where the operation names none. */
  readonly model: string | null;
  readonly endpoint: string;
  readonly webSearchRequests: number;
  /** Whole nano-dollars (10^-9 USD). */
  readonly costNanoUsd: number;
  readonly accuracy: 'exact' | 'estimated';
  /** Why something in it has no price, or not its own; empty for most. */
  readonly unpriced: readonly UnpricedReason[];
  readonly priceVersion: string;
}

/** What a ledger keeps of one call: plain data, without a word of prompt or answer. */
export interface UsageEntry {
  /** The call's id. The same id again is the same entry, and counts once. */
  readonly id: string;
  /** When the call ended, in wall-clock milliseconds since the epoch. */
  readonly atMs: number;
  readonly operation: string;
  /** The model asked for; `null` where the operation names none. */
  readonly model: string | null;
  readonly requestType: string | null;
  readonly user: string | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly outcome: Outcome['kind'];
  /** The sum of the parts, in whole nano-dollars. */
  readonly costNanoUsd: number;
  /** What it saved and could have saved, priced as it was booked. */
  readonly savingsNanoUsd: CallSavings;
  /** One for each attempt that used something; empty when none did. */
  readonly parts: readonly UsagePart[];
}

/** What a ledger keeps of a call. */
export function entryOf(record: CallRecord, savingsNanoUsd: CallSavings): UsageEntry {
  const { id, startedAtMs, durationMs, operation, model, requestType, user, tags, outcome, costNanoUsd } = record;
  return {
    id,
    atMs: startedAtMs + durationMs,
    operation,
    model,
    requestType,
    user,
    tags,
    outcome: outcome.kind,
    costNanoUsd: costNanoUsd ?? 0,
    savingsNanoUsd,
    parts: partsOf(record.attempts),
  };
}

function partsOf(attempts: readonly AttemptRecord[]): readonly UsagePart[] {
  const parts: UsagePart[] = [];
  for (const { usage, cost, model, endpoint } of attempts) {
    if (usage !== null && cost !== null) parts.push(partOf(model, endpoint, usage, cost));
  }
  return parts;
}

/** What was used of a model at an endpoint, and what it cost. */
export function partOf(model: string | null, endpoint: string, usage: Usage, cost: Cost): UsagePart {
  // Field by field: this runs once a call, and a spread costs ten times as much.
  const { inputTokens, cacheReadTokens, cacheWrite5mTokens, cacheWrite1hTokens, outputTokens } = billedTokens(usage);
  return {
    model,
    endpoint,
    inputTokens,
    cacheReadTokens,
    cacheWrite5mTokens,
    cacheWrite1hTokens,
    outputTokens,
    webSearchRequests: usage.webSearchRequests,
    costNanoUsd: cost.nanoUsd,
    accuracy: cost.accuracy,
    unpriced: cost.unpriced.length === 0 ? PRICED : cost.unpriced.map(({ reason }) => reason),
    priceVersion: cost.priceVersion,
  };
}

const PRICED: readonly UnpricedReason[] = Object.freeze([]);
