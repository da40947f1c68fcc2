import type { Clock, Timer } from '../call/clock.js';
import type { UsageEntry } from '../cost/ledger/usage-entry.js';
import type { LedgerEvent, LedgerStanding } from '../cost/ledger/usage-ledger.js';
import { JournalFullError, type Journal } from './journal/journal.js';
import type { EntryWriter, Written } from './writing/entry-writer.js';

/** What is written in one transaction at the most. */
const MAX_LOT = 500;

const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 5_000;

/** How a ledger in PostgreSQL stands, and what became of the entries that this process gave it. */
export interface WriterStats extends LedgerStanding {
  readonly isAway: boolean;
  readonly written: number;
  /** Known before, by their id. */
  readonly known: number;
  /** Put into the journal; they are among `written` or `known` once they are out of it. */
  readonly journalled: number;
  /** Not taken, as they were older than `entriesDays`. */
  readonly tooOld: number;
  /** Not taken by PostgreSQL for what is in them. */
  readonly refused: number;
  /** Lines of the journal that were no entry: a process was killed as it wrote them. */
  readonly torn: number;
}

type Counts = { -readonly [Name in keyof Omit<WriterStats, 'isAway' | keyof LedgerStanding>]: number };

/** Writes entries, puts them into the journal while that cannot be done, and brings them from there afterwards. */
export class DurableWriter {
  readonly #counts: Counts = { written: 0, known: 0, journalled: 0, tooOld: 0, refused: 0, torn: 0 };
  #awaySinceMs: number | null = null;
  #isFull = false;
  #isStopped = true;
  #timer: Timer | null = null;
  #failuresInARow = 0;
  #catchingUp: Promise<void> | null = null;

  constructor(
    private readonly writer: EntryWriter,
    private readonly journal: Journal | null,
    private readonly clock: Clock,
    private readonly tell: (event: LedgerEvent) => void,
  ) {}

  get stats(): WriterStats {
    return { isAway: this.#isAway, ...this.standing, ...this.#counts };
  }

  get standing(): LedgerStanding {
    const awayForMs = this.#awaySinceMs === null ? null : this.clock.now() - this.#awaySinceMs;
    return { awayForMs, journalBytes: this.journal?.bytes ?? 0 };
  }

  async record(entries: readonly UsageEntry[]): Promise<void> {
    for (let from = 0; from < entries.length; from += MAX_LOT)
      await this.#recordLot(entries.slice(from, from + MAX_LOT));
  }

  /** Begins to bring what waits. */
  start(): void {
    this.#isStopped = false;
    if (this.#isBehind) this.#catchUpAfter(0);
  }

  /** Waits for what is being written; the rest stays in the journal. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#timer?.cancel();
    this.#timer = null;
    await this.#catchingUp;
  }

  goAway(error: unknown): void {
    if (!this.#isAway) this.tell({ type: 'ledger-away', error });
    this.#awaySinceMs ??= this.clock.now();
    this.#failuresInARow++;
    this.#catchUpAfter(this.#retryMs);
  }

  get #isAway(): boolean {
    return this.#awaySinceMs !== null;
  }

  get #retryMs(): number {
    return Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.max(0, this.#failuresInARow - 1));
  }

  /** Whether there is something to bring, or to look for. */
  get #isBehind(): boolean {
    return this.#isAway || this.journal?.isEmpty === false;
  }

  async #recordLot(lot: readonly UsageEntry[]): Promise<void> {
    if (!this.#isAway || this.journal === null) {
      try {
        this.#count(await this.writer.write(lot));
        return this.#comeBack();
      } catch (error) {
        this.goAway(error);
        if (this.journal === null) throw error;
      }
    }
    await this.#keep(lot, this.journal);
    this.#catchUpAfter(this.#retryMs);
  }

  async #keep(lot: readonly UsageEntry[], journal: Journal): Promise<void> {
    try {
      await journal.append(lot);
      this.#counts.journalled += lot.length;
      this.#isFull = false;
    } catch (error) {
      if (error instanceof JournalFullError && !this.#isFull) {
        this.#isFull = true;
        this.tell({ type: 'ledger-journal-full', error });
      }
      throw error;
    }
  }

  #comeBack(): void {
    if (this.#isAway) this.tell({ type: 'ledger-returned' });
    this.#awaySinceMs = null;
    this.#failuresInARow = 0;
  }

  #catchUpAfter(delayMs: number): void {
    if (this.#timer !== null || this.#isStopped) return;
    this.#timer = this.clock.setTimer(() => {
      this.#timer = null;
      this.#catchingUp ??= this.#catchUp().finally(() => {
        this.#catchingUp = null;
        // It may have gone away again, or have been given more, since.
        if (this.#isBehind) this.#catchUpAfter(this.#retryMs);
      });
    }, delayMs);
  }

  async #catchUp(): Promise<void> {
    try {
      await this.writer.probe();
      this.#comeBack();
      while (!this.#isStopped && (await this.#bringOldest()));
    } catch (error) {
      this.goAway(error);
    }
  }

  /** @returns Whether there was something to bring. */
  async #bringOldest(): Promise<boolean> {
    const file = (await this.journal?.oldest()) ?? null;
    if (file === null || this.journal === null) return false;
    const { entries, torn } = await this.journal.read(file);
    for (let from = 0; from < entries.length; from += MAX_LOT) {
      if (this.#isStopped) return false;
      this.#count(await this.writer.write(entries.slice(from, from + MAX_LOT)));
    }
    await this.journal.remove(file);
    this.#counts.torn += torn;
    return true;
  }

  #count({ inserted, known, tooOld, refused }: Written): void {
    this.#counts.written += inserted;
    this.#counts.known += known;
    this.#counts.tooOld += tooOld;
    this.#counts.refused += refused.length;
    for (const each of refused) this.tell({ type: 'ledger-refused', ...each });
  }
}
