import { setTimeout as delay } from 'node:timers/promises';
import type { CostEvent, UsageEntry, UsageLedger } from 'nestjs-claude';
import { bootClaude, PARAMS, type ClaudeHarness } from '../support/claude-harness.js';
import { expectNothingHeld, fault } from './support.js';

let harness: ClaudeHarness;
afterEach(() => expectNothingHeld(harness));

/** A ledger elsewhere that is away for its first writes. */
class LedgerElsewhere implements UsageLedger {
  readonly entries = new Map<string, UsageEntry>();
  writes = 0;

  /** @param failures How many of its writes fail. */
  constructor(public failures: number) {}

  async record(entries: readonly UsageEntry[]): Promise<void> {
    this.writes++;
    // It has booked them all the same, and the caller cannot know: what follows is a replay.
    for (const entry of entries) this.entries.set(entry.id, entry);
    if (this.writes <= this.failures) throw new Error('away');
    await delay(1);
  }

  summarize(): never {
    throw new Error('not asked here');
  }

  recent(): readonly UsageEntry[] {
    return [...this.entries.values()];
  }
}

async function boot(store: UsageLedger): Promise<CostEvent[]> {
  harness = await bootClaude({ cost: { ledger: { store } } });
  const events: CostEvent[] = [];
  harness.costs.events.subscribe((event) => events.push(event));
  return events;
}

fault(36, 'a ledger that fails at settle costs no answer, is tried again, and counts nothing twice', async () => {
  const store = new LedgerElsewhere(2);
  const events = await boot(store);
  const { id } = await harness.claude.messages.create(PARAMS);
  expect(id).toMatch(/^msg_/);
  expect(await harness.costs.flush()).toBe(true);
  expect(store.writes).toBe(3);
  expect(events).toMatchObject([
    { type: 'sink-failed', sink: 'ledger', error: { message: 'away' } },
    { type: 'sink-recovered', sink: 'ledger' },
  ]);
  const booked = await harness.costs.getRecent();
  expect(booked.map(({ id: call, costNanoUsd }) => [call, costNanoUsd])).toEqual([
    [harness.record().id, harness.record().costNanoUsd],
  ]);
  expect(harness.costs.ledgerStats).toBeNull();
});

fault(36, 'what waits for a ledger that is away is seen, and a stream ends as if nothing were', async () => {
  const store = new LedgerElsewhere(Infinity);
  await boot(store);
  for await (const event of await harness.claude.messages.create({ ...PARAMS, stream: true })) void event;
  await harness.claude.messages.create(PARAMS);
  expect(await harness.costs.flush(150)).toBe(false);
  expect(harness.records.map(({ outcome }) => outcome.kind)).toEqual(['succeeded', 'succeeded']);
  expect(harness.costs.sinks).toMatchObject([{ name: 'ledger', queued: 2, written: 0, dropped: 0 }]);
  store.failures = 0;
  expect(await harness.costs.flush()).toBe(true);
  expect([...store.entries.keys()]).toEqual(harness.records.map(({ id }) => id));
});
