import { Subject, type Subscription } from 'rxjs';
import type { Awaitable } from '../admission/admission-store.js';
import { isPending } from '../admission/turnstile.js';
import type { Clock } from '../call/clock.js';
import { PendingWork } from '../call/pending-work.js';
import type { CallRecord } from '../call/record.js';
import type { BudgetEvent } from './budgets/budget.events.js';
import type { CostEvent } from './cost.events.js';
import type { CostSettings } from './cost.options.js';
import { MemoryLedger } from './ledger/memory-ledger.js';
import { SinkFeed } from './ledger/sink-feed.js';
import { entryOf, type UsageEntry } from './ledger/usage-entry.js';
import type { UsageLedger } from './ledger/usage-ledger.js';
import type { UsageSink } from './ledger/usage-sink.js';
import { Prices } from './pricing/prices.js';
import { resolveSavings } from './savings/resolve-savings.js';
import { SavingsAppraiser } from './savings/savings-appraiser.js';
import type { SavingsSettings } from './savings/savings.options.js';

/** How long a process that ends waits for sinks to take what they were not given yet. */
const FLUSH_MS = 5_000;

/** What one module instance knows of costs. Whoever makes it closes it. */
export class Costs {
  readonly events = new Subject<CostEvent>();
  readonly budgetEvents = new Subject<BudgetEvent>();
  readonly entries = new Subject<UsageEntry>();
  readonly prices: Prices;
  readonly ledger: UsageLedger;
  /** The ledger of this process; `null` where another one is used. */
  readonly memory: MemoryLedger | null;
  /** What is taken for granted where savings are told. */
  readonly savings: SavingsSettings;
  readonly appraiser: SavingsAppraiser;
  readonly #feeds: readonly SinkFeed[];
  readonly #ledgerEvents: Subscription | null;
  /** What is being found out before it can be booked. */
  readonly #later = new PendingWork();

  /** @throws InvalidOptionsError when the price file cannot be used, or an option names a model that has no price. */
  constructor(
    { pricing, ledger, savings, sinks }: CostSettings,
    private readonly clock: Clock,
  ) {
    const tell = (event: CostEvent): void => this.events.next(event);
    this.prices = new Prices(pricing, clock, {
      onChange: ({ version }) => tell({ type: 'price-file-loaded', version }),
      onError: (error) => tell({ type: 'price-file-rejected', error }),
    });
    this.savings = resolveSavings(savings, this.prices, clock);
    this.appraiser = new SavingsAppraiser(this.prices.sumOf, this.savings);
    this.memory = ledger.store === undefined ? new MemoryLedger(clock, ledger) : null;
    this.ledger = ledger.store ?? (this.memory as MemoryLedger);
    this.#ledgerEvents = this.ledger.events?.subscribe(tell) ?? null;
    // A ledger elsewhere may be slow or away, just as a sink may.
    const fed = ledger.store === undefined ? sinks : [sinkOf(ledger.store), ...sinks];
    this.#feeds = fed.map((sink) => new SinkFeed(sink, clock, tell));
  }

  get sinks(): readonly SinkFeed['stats'][] {
    return this.#feeds.map(({ stats }) => stats);
  }

  /** Books what a call used. Never throws into the call. */
  book(record: CallRecord): void {
    this.add(entryOf(record, this.appraiser.appraise(record)));
  }

  add(entry: UsageEntry): void {
    this.memory?.record([entry]);
    for (const feed of this.#feeds) feed.offer(entry);
    this.entries.next(entry);
  }

  /** Books what takes time to be known. Whoever flushes waits for it; where it fails, nothing is booked, and nobody else fails. */
  bookLater(work: () => Awaitable<void>): void {
    try {
      const pending = work();
      if (isPending(pending)) this.#later.add(pending);
    } catch {
      // As with a promise that fails.
    }
  }

  /** Brings sinks what they were not given yet, as far as it is known and they take it in time. */
  async flush(graceMs = FLUSH_MS): Promise<boolean> {
    const startedAtMs = this.clock.now();
    const known = await this.#later.done(graceMs, this.clock);
    const leftMs = Math.max(0, graceMs - (this.clock.now() - startedAtMs));
    const taken = await Promise.all(this.#feeds.map((feed) => feed.flush(leftMs)));
    return known && taken.every(Boolean);
  }

  /** Harmless when closed before. */
  async close(): Promise<void> {
    if (this.entries.closed || this.entries.isStopped) return;
    this.prices.close();
    for (const feed of this.#feeds) feed.close();
    this.entries.complete();
    this.budgetEvents.complete();
    await this.ledger.close?.();
    this.#ledgerEvents?.unsubscribe();
    this.events.complete();
  }
}

function sinkOf(ledger: UsageLedger): UsageSink {
  return { name: 'ledger', write: (entries) => ledger.record(entries) };
}
