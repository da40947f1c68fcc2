export const DAY_MS = 86_400_000;

/** What a cached call says of savings. */
const SAVINGS = {
  cachingSaved: 450_000,
  cachingCouldSave: null,
  batchCouldSave: null,
  smallerModelCouldSave: 200_000,
  optimizationSaved: null,
  optimizationCouldSave: null,
  reserved: null,
  usedOfReserved: null,
};

/** Few users make most calls, as it is: the number of a user is the product of two draws. */
export function ledgerEntry(id, number, atMs, random) {
  const model = `claude-model-${Math.floor(random() * 10)}`;
  const part = {
    model,
    endpoint: 'default',
    inputTokens: 1_000,
    cacheReadTokens: 500,
    cacheWrite5mTokens: 0,
    cacheWrite1hTokens: 0,
    outputTokens: 300,
    webSearchRequests: 0,
    costNanoUsd: 1_234_567,
    accuracy: 'exact',
    unpriced: [],
    priceVersion: '1',
  };
  return {
    id,
    atMs,
    operation: 'messages.create',
    model,
    requestType: number % 3 === 0 ? 'chat' : 'report',
    user: `user-${Math.floor(random() * random() * 2_000)}`,
    tags: { team: `team-${Math.floor(random() * 50)}` },
    outcome: 'succeeded',
    costNanoUsd: part.costNanoUsd,
    savingsNanoUsd: SAVINGS,
    parts: [part],
  };
}
