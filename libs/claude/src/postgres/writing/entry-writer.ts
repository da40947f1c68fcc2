import type { UsageEntry } from '../../cost/ledger/usage-entry.js';
import { ledgerSql, ROLLUP_SUMS, type LedgerSql } from '../ledger-sql.js';
import { inTransaction, type PgClient } from '../pg-pool.js';
import type { PostgresLedgerSettings } from '../postgres-ledger.options.js';
import { tiersOf, type Tier } from '../tiers.js';
import { rollupRows, type RollupRow } from './rollup-rows.js';
import { keyOf, storable } from './storable.js';

/** What became of entries. */
export interface Written {
  readonly inserted: number;
  /** Known before, by their id. */
  readonly known: number;
  /** Older than the ledger keeps entries. */
  readonly tooOld: number;
  /** What PostgreSQL does not take for what is in it, whatever is tried. */
  readonly refused: readonly { readonly id: string; readonly error: unknown }[];
}

const DAY_MS = 86_400_000;

/** Errors about what is written, not about the server: data exceptions, and constraints. */
const ABOUT_CONTENT = /^(?:22|23)/;

/** Two lots in each other's way: PostgreSQL ended one of them, which is free to try again. */
const IN_THE_WAY = new Set(['40P01', '40001']);
const MAX_TRIES = 5;

/** Writes entries, their ids and what they add to rollups in one transaction, so that all of them are there or none. */
export class EntryWriter {
  readonly #sql: LedgerSql;
  readonly #tiers: readonly Tier[];

  constructor(private readonly settings: PostgresLedgerSettings) {
    this.#sql = ledgerSql(settings.schema);
    this.#tiers = tiersOf(settings);
  }

  /** @throws what `pg` throws when the server cannot be reached or used: then nothing was written, or nobody knows. */
  async write(entries: readonly UsageEntry[]): Promise<Written> {
    const oldestMs = this.settings.clock.wall() - this.settings.entriesDays * DAY_MS;
    const taken = entries.filter(({ atMs }) => atMs >= oldestMs).map(storable);
    const written = taken.length === 0 ? NONE : await this.#writeOrHalve(taken);
    return { ...written, tooOld: entries.length - taken.length };
  }

  /** Whether the server is there and has the tables. @throws what `pg` throws when not. */
  async probe(): Promise<void> {
    await inTransaction(this.settings.pool, this.settings, (client) =>
      Promise.resolve(client.query(this.#sql.isThere)),
    );
  }

  /** One entry that cannot be written must not keep back those it came with. */
  async #writeOrHalve(entries: readonly UsageEntry[]): Promise<Written> {
    try {
      return await this.#writeUndisturbed(entries);
    } catch (error) {
      if (!ABOUT_CONTENT.test(sqlState(error))) throw error;
      const [only] = entries;
      if (only !== undefined && entries.length === 1) return { ...NONE, refused: [{ id: only.id, error }] };
    }
    const half = entries.length >> 1;
    const first = await this.#writeOrHalve(entries.slice(0, half));
    const second = await this.#writeOrHalve(entries.slice(half));
    return {
      inserted: first.inserted + second.inserted,
      known: first.known + second.known,
      tooOld: 0,
      refused: [...first.refused, ...second.refused],
    };
  }

  async #writeUndisturbed(entries: readonly UsageEntry[], tries = 1): Promise<Written> {
    try {
      return await inTransaction(this.settings.pool, this.settings, (client) => this.#writeIn(client, entries));
    } catch (error) {
      if (tries >= MAX_TRIES || !IN_THE_WAY.has(sqlState(error))) throw error;
      return this.#writeUndisturbed(entries, tries + 1);
    }
  }

  async #writeIn(client: PgClient, entries: readonly UsageEntry[]): Promise<Written> {
    const byKey = new Map<string, UsageEntry>();
    for (const entry of entries) {
      const key = keyOf(entry.id);
      if (!byKey.has(key)) byKey.set(key, entry);
    }
    const times = Array.from(byKey.values(), timeOf);
    const { rows } = await client.query(this.#sql.claim, [[...byKey.keys()], times]);
    const mine = new Set(rows.map((row) => (row as { readonly key: string }).key));
    const fresh = [...byKey].filter(([key]) => mine.has(key)).map(([, entry]) => entry);
    if (fresh.length > 0) {
      await client.query(this.#sql.insertEntries, entryColumns(fresh));
      const added = rollupRows(fresh, this.#tiers, this.settings.clock.wall());
      // Last, as its rows are what other processes wait for.
      await client.query(this.#sql.addToRollups, rollupColumns(added));
    }
    return { ...NONE, inserted: fresh.length, known: entries.length - fresh.length };
  }
}

const NONE: Written = Object.freeze({ inserted: 0, known: 0, tooOld: 0, refused: [] });

function sqlState(error: unknown): string {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return typeof code === 'string' ? code : '';
}

function timeOf({ atMs }: UsageEntry): string {
  return new Date(atMs).toISOString();
}

function entryColumns(entries: readonly UsageEntry[]): unknown[] {
  return [
    entries.map(timeOf),
    ...(['id', 'operation', 'model', 'requestType', 'user', 'outcome', 'costNanoUsd'] as const).map((field) =>
      entries.map((entry) => entry[field]),
    ),
    ...(['tags', 'savingsNanoUsd', 'parts'] as const).map((field) =>
      entries.map((entry) => JSON.stringify(entry[field])),
    ),
  ];
}

function rollupColumns(rows: readonly RollupRow[]): unknown[] {
  return [
    rows.map(({ tier }) => tier),
    rows.map(({ bucketMs }) => new Date(bucketMs).toISOString()),
    rows.map(({ dimension }) => dimension),
    rows.map(({ name }) => name),
    ...ROLLUP_SUMS.map((_, index) => rows.map(({ sums }) => sums[index])),
  ];
}
