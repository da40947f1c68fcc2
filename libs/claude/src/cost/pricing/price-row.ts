/** List prices of a million tokens in US dollars, one for each kind that is billed apart. */
export interface UsdPerMillionTokens {
  /** Input read fresh: neither from the cache nor into it. */
  readonly input: number;
  /** Input written to the prompt cache for 5 minutes. */
  readonly cacheWrite5m: number;
  /** Input written to the prompt cache for 1 hour. */
  readonly cacheWrite1h: number;
  /** Input read from the prompt cache. No fixed share of `input`: it is 0.1 of it for most models, 0.025 for some. */
  readonly cacheRead: number;
  /** All output, thinking included. */
  readonly output: number;
}

/** What one model costs from a day on. */
export interface PriceRow {
  /** The ids of one model: its id and its aliases, as a request may name it. At least one. */
  readonly models: readonly string[];
  /** First day of these prices, `YYYY-MM-DD`, from 00:00 UTC. */
  readonly effectiveFrom: string;
  /** Last day of these prices, `YYYY-MM-DD`, until 24:00 UTC. Default: until the model's next row begins. */
  readonly effectiveUntil?: string;
  readonly usdPerMillionTokens: UsdPerMillionTokens;
  /**
   * Other prices for requests with a long prompt: with more than `promptTokens` tokens of input, cached or not, the whole
   * request is billed at them, its output included.
   */
  readonly abovePromptTokens?: {
    readonly promptTokens: number;
    readonly usdPerMillionTokens: UsdPerMillionTokens;
  };
  /**
   * Prices of a million tokens in fast mode, in US dollars. Those of the cache grow as the input's does, and a long prompt
   * changes nothing. Default: the model has no fast mode, or none with a known price.
   */
  readonly fast?: { readonly input: number; readonly output: number };
  /** What the tokens of a message batch cost, as a share. Default 0.5. */
  readonly batchMultiplier?: number;
  /** What tokens cost where `usage.inference_geo` names a region: `{ us: 1.1 }` is a tenth more. Default: none. */
  readonly inferenceGeo?: Readonly<Record<string, number>>;
  /** Where the prices come from, or what explains them. For readers only. */
  readonly note?: string;
}

/** Prices of many models, as of one day. Also the content of a price file. */
export interface PriceList {
  /** What names this list; every cost tells the version it was computed with. */
  readonly version: string;
  /** The day the prices were looked up, `YYYY-MM-DD`. */
  readonly asOf: string;
  readonly rows: readonly PriceRow[];
  /** Price of one web search in US dollars. Default for lists of one's own: that of the built-in list. */
  readonly webSearchUsd?: number;
}
