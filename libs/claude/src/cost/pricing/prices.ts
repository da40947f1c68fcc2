import type { PriceUsage } from '../../call/cost.js';
import type { Clock } from '../../call/clock.js';
import { PriceBook } from './price-book.js';
import { PriceFile, type PriceFileListener } from './price-file.js';
import { PRICE_LIST } from './price-list.data.js';
import type { PriceList } from './price-row.js';
import { usagePricer } from './price-usage.js';
import { PRICING_DEFAULTS, type PricingOptions, type UnknownModel } from './pricing.options.js';
import { outputAffordable, worstCaseNanoUsd, type PlannedRequest } from './worst-case.js';

/** A request to price, without what the options say. */
export type RequestToPrice = Omit<PlannedRequest, 'unknownModel'>;

/** The prices in force, from whatever the options name. Whoever makes it closes it. */
export class Prices {
  /** What a usage costs. */
  readonly costOf: PriceUsage;
  /** The same without the lines of the bill, for whoever only compares. */
  readonly sumOf: PriceUsage;
  readonly unknownModel: UnknownModel;
  readonly #options: PricingOptions;
  readonly #file: PriceFile | null;
  #book: PriceBook;

  /** @throws InvalidOptionsError when the price file cannot be used. */
  constructor(options: PricingOptions, clock: Clock, listener: PriceFileListener = {}) {
    this.#options = options;
    this.unknownModel = options.unknownModel ?? PRICING_DEFAULTS.unknownModel;
    this.#file = options.file === undefined ? null : this.#open(options.file, clock, listener);
    this.#book = this.#compile(this.#file?.list ?? null);
    this.costOf = usagePricer(this, this.unknownModel, { itemized: true });
    this.sumOf = usagePricer(this, this.unknownModel, { itemized: false });
  }

  /** The prices of every model. Another book once the price file has changed. */
  get book(): PriceBook {
    return this.#book;
  }

  /** See {@link worstCaseNanoUsd}. */
  worstCaseNanoUsd(request: RequestToPrice): number | null {
    return worstCaseNanoUsd(this.#book, { ...request, unknownModel: this.unknownModel });
  }

  /** See {@link outputAffordable}. */
  outputAffordable(request: RequestToPrice, nanoUsd: number): number | null {
    return outputAffordable(this.#book, { ...request, unknownModel: this.unknownModel }, nanoUsd);
  }

  /** Watches the price file no more. Harmless when closed before. */
  close(): void {
    this.#file?.close();
  }

  #open(path: string, clock: Clock, { onChange, onError }: PriceFileListener): PriceFile {
    const take = (list: PriceList): void => {
      this.#book = this.#compile(list);
      onChange?.(list);
    };
    return new PriceFile(path, clock, { onChange: take, ...(onError && { onError }) }, this.#options.filePollMs);
  }

  #compile(file: PriceList | null): PriceBook {
    return new PriceBook({ ...this.#options, base: PRICE_LIST, file });
  }
}
