import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sayLeftOut } from './left-out.js';

/** Where Debian keeps libraries, by kind of machine. */
const LIBRARIES = '/usr/lib';

/**
 * The allocator of `redis-server` asks for the time while it starts, and libfaketime asks for memory before it knows the time:
 * they would wait for each other. With this one of glibc in front, memory comes from elsewhere.
 */
const ALLOCATOR = 'libc_malloc_debug.so.0';

function findLibrary(): string | undefined {
  const machines = existsSync(LIBRARIES) ? readdirSync(LIBRARIES) : [];
  return machines.map((machine) => join(LIBRARIES, machine, 'faketime/libfaketime.so.1')).find(existsSync);
}

/**
 * The wall clock of another process, which a test sets while that runs. Its monotonic clock is left alone, as it is where
 * somebody sets the clock of a machine. Needs libfaketime.
 */
export class ServerClock {
  readonly #directory = mkdtempSync(join(tmpdir(), 'clock-'));
  readonly #file = join(this.#directory, 'time');
  #aheadMs = 0;

  /** @param stillAtMs Where it stands until it is moved. Default: it runs, and is right at first. */
  constructor(private readonly stillAtMs: number | null = null) {
    this.#write();
  }

  /** What makes a process go by it. */
  get environment(): Readonly<Record<string, string>> {
    return {
      LD_PRELOAD: `${ALLOCATOR} ${findLibrary()}`,
      FAKETIME_TIMESTAMP_FILE: this.#file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      TZ: 'UTC',
    };
  }

  /** Sets it forward, or back; at once for whoever looks at it. */
  move(byMs: number): void {
    this.#aheadMs += byMs;
    this.#write();
  }

  close(): void {
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #write(): void {
    const next = `${this.#file}.next`;
    writeFileSync(next, this.#text());
    // Whoever reads it finds the one or the other, never half of it.
    renameSync(next, this.#file);
  }

  #text(): string {
    if (this.stillAtMs === null) return `${this.#aheadMs < 0 ? '' : '+'}${this.#aheadMs / 1_000}`;
    // What is read of a fraction may be less by a rounding error: a little more keeps it in its millisecond.
    return new Date(this.stillAtMs + this.#aheadMs).toISOString().replace('T', ' ').replace('Z', '01');
  }
}

/** Whether the clock of a server can be set. Where it cannot, says what is left out; in CI nothing may be. */
export function hasServerClock(leftOut: string): boolean {
  if (findLibrary() !== undefined) return true;
  sayLeftOut('libfaketime', leftOut, 'faketime');
  return false;
}
