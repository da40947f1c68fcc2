import { discounted, isBillable, modelPrice, type ModelPrice, type PricingProvider } from './model-price.js';
import { dearestTimeline } from './dearest-price.js';
import { usdToPico } from './money.js';
import { spellingsOf } from './plain-model-id.js';
import type { PriceList, PriceRow } from './price-row.js';
import { PriceTimeline, type DatedPrice } from './price-timeline.js';
import { fingerprint } from './price-version.js';

/** What a price book is made of. */
export interface PriceSources {
  /** The list all else is laid over. */
  readonly base: PriceList;
  /** A list of the user's, whose rows go before those of `base`. */
  readonly file?: PriceList | null;
  /** Rows of the user's, which go before both. */
  readonly rows?: readonly PriceRow[];
  /** Price of one web search in US dollars. Default: that of `file`, else that of `base`. */
  readonly webSearchUsd?: number;
  /** A share off every price, that of searches included: at least 0 and below 1. Default 0. */
  readonly discount?: number;
  /** Asked for models that no row names. */
  readonly provider?: PricingProvider | null;
}

const DAY_MS = 86_400_000;

/** How many ids are remembered that needed more than a look. Requests name them, so there may be any number. */
const MAX_REMEMBERED = 1_000;

/**
 * The price of any model at any time, put together once: a look-up is one of a map.
 *
 * A model is found by its exact id, else by the id without the spelling of another platform or without its date, and never
 * by a prefix: `claude-sonnet-5-5` is not a `claude-sonnet-5`. A user's row holds for its dates, and for every id of the
 * same model unless another row of the user's names that id itself; outside of its dates the list holds.
 */
export class PriceBook {
  /** Price of one web search in whole pico-dollars. */
  readonly webSearchPicoUsd: number;
  readonly #timelines: ReadonlyMap<string, PriceTimeline>;
  readonly #remembered = new Map<string, PriceTimeline | null>();
  readonly #accepted = new WeakMap<ModelPrice, ModelPrice>();
  readonly #dearest: PriceTimeline;
  readonly #discount: number;
  readonly #provider: PricingProvider | null;
  readonly #ownVersion: string;
  #version: readonly [ofProvider: string, whole: string];

  constructor(sources: PriceSources) {
    const { base, file, discount = 0, provider = null } = sources;
    this.#discount = discount;
    this.#provider = provider;
    this.#timelines = timelinesOf(sources);
    this.#dearest = dearestTimeline([...this.#timelines.values()]);
    this.webSearchPicoUsd = Math.round(
      usdToPico(sources.webSearchUsd ?? file?.webSearchUsd ?? base.webSearchUsd ?? 0) * (1 - discount),
    );
    this.#ownVersion = versionOf(sources);
    this.#version = ['', this.#ownVersion];
  }

  /** Names all that prices come from: the list, then whatever the user changes in it, e.g. `2026-11-23+custom.1f0c22ab`. */
  get version(): string {
    if (this.#provider === null) return this.#ownVersion;
    const { version } = this.#provider;
    if (version !== this.#version[0]) this.#version = [version, `${this.#ownVersion}+${version}`];
    return this.#version[1];
  }

  /** Whether it names a model, in any of its spellings, whatever that costs. */
  names(model: string): boolean {
    return (this.#timelines.get(model) ?? this.#find(model)) !== null;
  }

  /** Every id that it names. */
  get models(): Iterable<string> {
    return this.#timelines.keys();
  }

  /** What a model costs at a moment in wall-clock milliseconds; `null` when nobody knows. */
  priceOf(model: string, atMs: number): ModelPrice | null {
    const timeline = this.#timelines.get(model) ?? this.#find(model);
    return timeline?.at(atMs) ?? this.#ofProvider(model, atMs);
  }

  /** The dearest known price of each kind at a moment: more than any model of the book costs. */
  dearest(atMs: number): ModelPrice | null {
    return this.#dearest.at(atMs);
  }

  #find(model: string): PriceTimeline | null {
    const remembered = this.#remembered.get(model);
    if (remembered !== undefined) return remembered;
    const known = spellingsOf(model).find((spelling) => this.#timelines.has(spelling));
    const timeline = (known !== undefined && this.#timelines.get(known)) || null;
    if (this.#remembered.size >= MAX_REMEMBERED) this.#remembered.clear();
    this.#remembered.set(model, timeline);
    return timeline;
  }

  #ofProvider(model: string, atMs: number): ModelPrice | null {
    if (this.#provider === null) return null;
    try {
      const price = this.#provider.priceOf(model, atMs);
      return price && (this.#accepted.get(price) ?? this.#accept(price));
    } catch {
      // What was used has to be booked whatever the provider does; without its price it is booked as unpriced.
      return null;
    }
  }

  #accept(price: ModelPrice): ModelPrice | null {
    if (!isBillable(price)) return null;
    const accepted = discounted(price, this.#discount);
    this.#accepted.set(price, accepted);
    return accepted;
  }
}

function versionOf({ base, file, rows = [], webSearchUsd, discount }: PriceSources): string {
  const isCustom = rows.length > 0 || webSearchUsd !== undefined || (discount ?? 0) > 0;
  return [
    base.version,
    ...(file ? [`${file.version}.${fingerprint(file)}`] : []),
    ...(isCustom ? [`custom.${fingerprint({ rows, webSearchUsd, discount })}`] : []),
  ].join('+');
}

function timelinesOf({ base, file, rows = [], discount = 0 }: PriceSources): ReadonlyMap<string, PriceTimeline> {
  const layers = [rows, file?.rows ?? [], base.rows].map((layer) => layer.map((row) => dated(row, discount)));
  const ids = new Set(layers.flat().flatMap(({ models }) => models));
  const others = new Map(base.rows.flatMap(({ models }) => models.map((id) => [id, models] as const)));
  return new Map(
    [...ids].map((id) => [id, new PriceTimeline(layers.map((layer) => rowsOf(layer, id, others.get(id) ?? [])))]),
  );
}

interface DatedRow extends DatedPrice {
  readonly models: readonly string[];
}

/** The rows of a model: those that name this id, else those that name another id of it. */
function rowsOf(layer: readonly DatedRow[], id: string, others: readonly string[]): readonly DatedRow[] {
  const own = layer.filter(({ models }) => models.includes(id));
  return own.length > 0 ? own : layer.filter(({ models }) => models.some((model) => others.includes(model)));
}

function dated(row: PriceRow, discount: number): DatedRow {
  return {
    models: row.models,
    fromMs: Date.parse(row.effectiveFrom),
    untilMs: row.effectiveUntil === undefined ? Infinity : Date.parse(row.effectiveUntil) + DAY_MS,
    price: discounted(modelPrice(row), discount),
  };
}
