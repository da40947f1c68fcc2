import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { UsageEntry } from '../../cost/ledger/usage-entry.js';
import type { JournalOptions } from '../postgres-ledger.options.js';
import { abandonedFiles } from './abandoned-files.js';
import { isMissing } from './is-missing.js';
import { segmentFile, thisProcess } from './segment-name.js';

/** A file that grows past this is followed by another: each is read whole, and its room is free once it was written. */
const SEGMENT_BYTES = 8 * 2 ** 20;

/** Entries are for this process's user alone to read: they name users. */
const PRIVATE = { directory: 0o700, file: 0o600 } as const;

interface Segment {
  readonly file: string;
  bytes: number;
}

/** What a file of the journal held. */
export interface ReadSegment {
  readonly entries: readonly UsageEntry[];
  /** Lines that are no entry: the last one of a process that was killed as it wrote. */
  readonly torn: number;
}

/** The files are as large as they may grow. */
export class JournalFullError extends Error {
  override readonly name = 'JournalFullError';

  constructor(maxBytes: number) {
    super(`The journal of the ledger holds ${maxBytes} bytes, as many as it may: raise \`journal.maxBytes\`.`);
  }
}

/**
 * Entries in files, a line each, for as long as they cannot be written. Files are only appended to, and removed once all they
 * hold was written; each is opened for as long as something is done with it.
 */
export class Journal {
  readonly #segments: Segment[] = [];
  readonly #owner = thisProcess();
  #order = 0;
  /** Whether the last file is not to be appended to. */
  #isSealed = false;
  /** Files are changed by one at a time. */
  #tail: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: Required<JournalOptions>) {}

  get bytes(): number {
    return this.#segments.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  get isEmpty(): boolean {
    return this.#segments.length === 0;
  }

  /** Makes the directory, and takes over what processes left there that are gone. @throws what `node:fs` throws. */
  open(nowMs: number): Promise<void> {
    return this.#inTurn(async () => {
      const { directory } = this.options;
      await mkdir(directory, { recursive: true, mode: PRIVATE.directory });
      for (const { path, bytes } of await abandonedFiles(directory, this.#owner, nowMs)) {
        const file = this.#path(this.#nextFile());
        // Another process may have been quicker.
        if (await renamed(path, file)) this.#segments.unshift({ file, bytes });
      }
    });
  }

  /**
   * @throws JournalFullError when there is no room: then none of the entries is kept. What `node:fs` throws when the disk does
   * not take them.
   */
  append(entries: readonly UsageEntry[]): Promise<void> {
    return this.#inTurn(async () => {
      const lines = Buffer.from(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
      if (this.bytes + lines.length > this.options.maxBytes) throw new JournalFullError(this.options.maxBytes);
      await this.#write(this.#segmentToAppendTo(), lines);
    });
  }

  /** The oldest file, which nothing is appended to any more; `null` when there is none. */
  oldest(): Promise<string | null> {
    return this.#inTurn(async () => {
      const [first] = this.#segments;
      if (first === undefined) return null;
      if (this.#segments.length === 1) this.#isSealed = true;
      return first.file;
    });
  }

  async read(file: string): Promise<ReadSegment> {
    try {
      return entriesIn(await readFile(file, 'utf8'));
    } catch (error) {
      // Somebody took it for abandoned, and writes what it holds.
      if (isMissing(error)) return { entries: [], torn: 0 };
      throw error;
    }
  }

  /** Forgets a file, all of which was written. */
  remove(file: string): Promise<void> {
    return this.#inTurn(async () => {
      await rm(file, { force: true });
      const index = this.#segments.findIndex((segment) => segment.file === file);
      if (index !== -1) this.#segments.splice(index, 1);
    });
  }

  /** Gives its files up, for whoever opens a journal in the directory next. */
  release(): Promise<void> {
    return this.#inTurn(async () => {
      for (const { file } of this.#segments.splice(0))
        await renamed(file, this.#path(segmentFile(null, this.#order++)));
    });
  }

  #segmentToAppendTo(): Segment {
    const last = this.#segments.at(-1);
    if (last !== undefined && last.bytes < SEGMENT_BYTES && !this.#isSealed) return last;
    const segment = { file: this.#path(this.#nextFile()), bytes: 0 };
    this.#segments.push(segment);
    this.#isSealed = false;
    return segment;
  }

  async #write(segment: Segment, lines: Buffer): Promise<void> {
    const handle = await open(segment.file, 'a', PRIVATE.file);
    const { size } = await handle.stat();
    try {
      await handle.writeFile(lines);
      if (this.options.fsync) await handle.datasync();
      segment.bytes += lines.length;
    } catch (error) {
      // Its entries are given again, and nothing may follow a torn line.
      await handle.truncate(size).catch(() => (this.#isSealed = true));
      throw error;
    } finally {
      await handle.close();
    }
  }

  #nextFile(): string {
    return segmentFile(this.#owner, this.#order++);
  }

  #path(file: string): string {
    return join(this.options.directory, file);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#tail.then(work);
    this.#tail = done.catch(() => undefined);
    return done;
  }
}

/** @returns Whether it was there. */
async function renamed(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

function entriesIn(text: string): ReadSegment {
  const lines = text.split('\n').filter((line) => line !== '');
  const entries = lines.flatMap((line) => entryOf(line) ?? []);
  return { entries, torn: lines.length - entries.length };
}

function entryOf(line: string): UsageEntry | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && 'id' in value && 'parts' in value
      ? (value as UsageEntry)
      : null;
  } catch {
    return null;
  }
}
