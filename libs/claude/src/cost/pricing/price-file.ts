import { readFileSync, statSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import type { Clock, Timer } from '../../call/clock.js';
import { priceList, priceListContradictions } from '../../config/schema/cost-prices.schema.js';
import { schemaProblems } from '../../config/schema-problems.js';
import { accepted } from '../../config/validate-options.js';
import { InvalidOptionsError } from '../../errors/errors.js';
import type { PriceList } from './price-row.js';
import { PRICING_DEFAULTS } from './pricing.options.js';

/** Whom a price file tells what became of it. */
export interface PriceFileListener {
  /** A new list is in force. */
  readonly onChange?: (list: PriceList) => void;
  /** The file has changed and cannot be used; the last good list stays in force. Once for each change. */
  readonly onError?: (error: InvalidOptionsError) => void;
}

/**
 * A file of prices in JSON, read again when it changes. It holds a {@link PriceList}:
 *
 * ```json
 * {
 *   "version": "acme-2026-12",
 *   "asOf": "2026-12-01",
 *   "rows": [
 *     {
 *       "models": ["claude-opus-5-5"],
 *       "effectiveFrom": "2026-12-01",
 *       "usdPerMillionTokens": { "input": 3, "cacheWrite5m": 3.75, "cacheWrite1h": 6, "cacheRead": 0.15, "output": 15 }
 *     }
 *   ]
 * }
 * ```
 *
 * Whoever opens it closes it.
 */
export class PriceFile {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #pollMs: number;
  readonly #listener: PriceFileListener;
  #list: PriceList;
  #stamp: string;
  #timer: Timer | null = null;
  #reported = '';
  #closed = false;

  /** @throws InvalidOptionsError when the file cannot be read, or is no price list. */
  constructor(
    path: string,
    clock: Clock,
    listener: PriceFileListener = {},
    pollMs: number = PRICING_DEFAULTS.filePollMs,
  ) {
    this.#path = path;
    this.#clock = clock;
    this.#pollMs = pollMs;
    this.#listener = listener;
    try {
      this.#stamp = stampOf(statSync(path));
      this.#list = parsed(path, readFileSync(path, 'utf8'));
    } catch (error) {
      throw unusable(path, error);
    }
    this.#schedule();
  }

  /** The last good list. */
  get list(): PriceList {
    return this.#list;
  }

  /**
   * Looks whether the file has changed, and reads it if so. Also done by itself, every `pollMs`. Rejects only with what a
   * listener throws.
   */
  async refresh(): Promise<void> {
    const news = await this.#read();
    if (news === null || this.#closed) return;
    if (news instanceof InvalidOptionsError) this.#listener.onError?.(news);
    else {
      this.#list = news;
      this.#listener.onChange?.(news);
    }
  }

  /** Looks no more. Harmless when closed before. */
  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#timer = null;
  }

  /** What there is to tell; `null` for what was told before. */
  async #read(): Promise<PriceList | InvalidOptionsError | null> {
    let stamp = '';
    try {
      stamp = stampOf(await stat(this.#path));
      if (stamp === this.#stamp) return null;
      // Before it is read: what is written meanwhile changes the stamp again.
      this.#stamp = stamp;
      const list = parsed(this.#path, await readFile(this.#path, 'utf8'));
      this.#reported = '';
      return stamp === this.#stamp ? list : null;
    } catch (error) {
      // A file that could not even be read may be the same when it can.
      if (!isContent(error)) this.#stamp = '';
      return this.#unreported(stamp, unusable(this.#path, error));
    }
  }

  #unreported(stamp: string, error: InvalidOptionsError): InvalidOptionsError | null {
    const report = `${stamp} ${error.message}`;
    if (report === this.#reported) return null;
    this.#reported = report;
    return error;
  }

  #schedule(): void {
    if (this.#closed) return;
    const again = (): void => this.#schedule();
    this.#timer = this.#clock.setTimer(() => void this.refresh().then(again, again), this.#pollMs);
  }
}

function parsed(path: string, json: string): PriceList {
  const value = JSON.parse(json) as unknown;
  return accepted(value, `price file ${path}`, schemaProblems(priceList, value), priceListContradictions);
}

/** Whether it is what the file holds that is wrong, so that only a change of it helps. */
function isContent(error: unknown): error is InvalidOptionsError | SyntaxError {
  return error instanceof InvalidOptionsError || error instanceof SyntaxError;
}

function unusable(path: string, error: unknown): InvalidOptionsError {
  if (error instanceof InvalidOptionsError) return error;
  const why = isContent(error) ? 'it is not JSON' : String((error as NodeJS.ErrnoException).code);
  return new InvalidOptionsError(
    `The price file ${path} cannot be used: ${why}. Correct the file or its path, or leave it out for the built-in prices.`,
    { cause: error },
  );
}

function stampOf({ mtimeMs, size }: { readonly mtimeMs: number; readonly size: number }): string {
  return `${mtimeMs}:${size}`;
}
