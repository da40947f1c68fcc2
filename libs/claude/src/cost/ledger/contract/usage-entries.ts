import { NO_SAVINGS } from '../../savings/call-savings.js';
import type { UsageEntry, UsagePart } from '../usage-entry.js';

/** One part, of which a test says what matters to it. */
export function usagePart(given: Partial<UsagePart> = {}): UsagePart {
  return {
    model: 'claude-haiku-5-5',
    endpoint: 'default',
    inputTokens: 0,
    cacheReadTokens: 0,
    cacheWrite5mTokens: 0,
    cacheWrite1hTokens: 0,
    outputTokens: 0,
    webSearchRequests: 0,
    costNanoUsd: 0,
    accuracy: 'exact',
    unpriced: [],
    priceVersion: '1',
    ...given,
  };
}

/** One entry, whose cost is that of its parts. */
export function usageEntry(given: Partial<Omit<UsageEntry, 'costNanoUsd'>> = {}): UsageEntry {
  const { parts = [] } = given;
  return {
    id: 'call',
    atMs: Date.UTC(2026, 5, 15, 12, 30, 30),
    operation: 'messages.create',
    model: 'claude-haiku-5-5',
    requestType: null,
    user: null,
    tags: {},
    outcome: 'succeeded',
    savingsNanoUsd: NO_SAVINGS,
    ...given,
    parts,
    costNanoUsd: parts.reduce((sum, { costNanoUsd }) => sum + costNanoUsd, 0),
  };
}
