import { Subject, type Observable } from 'rxjs';
import type { Timer } from '../call/clock.js';
import type { ModelAtEndpoint } from '../cost/ledger/model-at-endpoint.js';
import type { UsageEntry } from '../cost/ledger/usage-entry.js';
import type { LedgerEvent, LedgerStanding, Moments, UsageLedger } from '../cost/ledger/usage-ledger.js';
import type { UsageSummary } from '../cost/ledger/usage-summary.js';
import { DurableWriter, type WriterStats } from './durable-writer.js';
import { Journal } from './journal/journal.js';
import { listenTo } from './pg-pool.js';
import type { PostgresLedgerOptions, PostgresLedgerSettings } from './postgres-ledger.options.js';
import { readRecent } from './reading/recent-reader.js';
import { SummaryReader } from './reading/summary-reader.js';
import { resolvePostgresLedger } from './resolve-postgres-ledger.js';
import { upkeep } from './schema/maintain.js';
import { checkLedger } from './start/check-ledger.js';
import { openJournal } from './start/open-journal.js';
import { EntryWriter } from './writing/entry-writer.js';

const MAINTAIN_EVERY_MS = 6 * 3_600_000;
const MAINTAIN_AGAIN_MS = 600_000;

/**
 * What calls used, in PostgreSQL: for as many processes as there are, and for longer than any of them lives.
 *
 * ```ts
 * const pool = new Pool({ connectionString: process.env.DATABASE_URL });
 * ClaudeModule.forRoot({ cost: { ledger: { store: new PostgresUsageLedger({ pool }) } } });
 * ```
 *
 * Its tables are made by `migrate(pool)` or `npx nestjs-claude migrate`. While the database is away, entries wait in a journal
 * on this machine's disk; an entry counts once however often it is brought.
 */
export class PostgresUsageLedger implements UsageLedger {
  readonly events: Observable<LedgerEvent>;
  readonly #events = new Subject<LedgerEvent>();
  readonly #settings: PostgresLedgerSettings;
  readonly #journal: Journal | null;
  readonly #writer: DurableWriter;
  readonly #reader: SummaryReader;
  #opened = 0;
  #maintenance: Timer | null = null;

  /** @throws InvalidOptionsError that names each option that cannot be accepted. */
  constructor(options: PostgresLedgerOptions) {
    this.#settings = resolvePostgresLedger(options);
    const { journal, pool, clock } = this.#settings;
    listenTo(pool);
    this.events = this.#events.asObservable();
    this.#journal = journal === null ? null : new Journal(journal);
    this.#reader = new SummaryReader(this.#settings);
    const tell = (event: LedgerEvent): void => this.#events.next(event);
    this.#writer = new DurableWriter(new EntryWriter(this.#settings), this.#journal, clock, tell);
  }

  /** How it stands, and what became of the entries of this process. */
  get stats(): WriterStats {
    return this.#writer.stats;
  }

  get standing(): LedgerStanding {
    return this.#writer.standing;
  }

  /**
   * Looks whether the database can be used, and takes up what waits in the journal, also what a process left that has ended.
   *
   * @throws InvalidOptionsError when the database or the journal cannot be used, unless `onUnusable` is `degrade`, with which only
   * the journal has to be usable.
   */
  async open(): Promise<void> {
    const { onUnusable, pool, schema } = this.#settings;
    if (this.#journal !== null) await openJournal(this.#journal, this.#settings);
    try {
      await checkLedger(pool, this.#settings, schema);
    } catch (error) {
      if (onUnusable === 'fail') throw error;
      this.#writer.goAway(error);
    }
    if (++this.#opened > 1) return;
    this.#writer.start();
    if (this.#settings.maintain) this.#maintainAfter(0);
  }

  /** Stops what goes on by itself. The pool is yours to end. */
  async close(): Promise<void> {
    if (this.#opened === 0 || --this.#opened > 0) return;
    this.#maintenance?.cancel();
    this.#maintenance = null;
    await this.#writer.stop();
    await this.#journal?.release();
  }

  /**
   * Writes entries, or puts them into the journal while the database is away.
   *
   * @throws JournalFullError, or what the disk says, when neither takes them: then they are to be given again.
   */
  record(entries: readonly UsageEntry[]): Promise<void> {
    return this.#writer.record(entries);
  }

  summarize(moments: Moments): Promise<UsageSummary> {
    return this.#reader.summarize(moments);
  }

  modelsAtEndpoints(dayStartMs: number): Promise<readonly ModelAtEndpoint[] | null> {
    return this.#reader.modelsAtEndpoints(dayStartMs);
  }

  recent(limit: number): Promise<readonly UsageEntry[]> {
    return readRecent(this.#settings, limit);
  }

  #maintainAfter(delayMs: number): void {
    this.#maintenance = this.#settings.clock.setTimer(() => void this.#maintain(), delayMs);
  }

  async #maintain(): Promise<void> {
    let nextMs = MAINTAIN_EVERY_MS;
    try {
      await upkeep(this.#settings);
    } catch (error) {
      nextMs = MAINTAIN_AGAIN_MS;
      this.#events.next({ type: 'ledger-maintenance-failed', error });
    }
    if (this.#opened > 0) this.#maintainAfter(nextMs);
  }
}
