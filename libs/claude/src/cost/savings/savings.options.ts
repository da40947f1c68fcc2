/** What is taken for granted where the ledger tells what could have been saved. Every report says so beside its figures. */
export interface SavingsOptions {
  /**
   * Which model could answer a short call in place of which: `{ 'claude-opus-5-5': 'claude-sonnet-5-5' }`. Takes the place
   * of the default as a whole, which names `claude-haiku-5-5` for every later Fable, Mythos, Opus and Sonnet.
   */
  readonly smallerModels?: Readonly<Record<string, string>>;
  /** How many tokens the prompt of a short call has at the most, cached or not. Default 2,000. */
  readonly shortPromptTokens?: number;
  /** How many tokens the answer of a short call has at the most. Default 200. */
  readonly shortAnswerTokens?: number;
  /** Which share of a long prompt is the same in all calls of one kind: above 0 and up to 1. Default 0.5. */
  readonly repeatedShare?: number;
  /** How many tokens a repeated part must have to be worth a cache breakpoint. Default 4,096: no model asks for more. */
  readonly minimumCacheTokens?: number;
}

/** {@link SavingsOptions} with every default filled in. */
export type SavingsSettings = Required<SavingsOptions>;

const SMALL = 'claude-haiku-5-5';

const LARGER = [
  'claude-fable-5-2',
  'claude-fable-5-1',
  'claude-fable-5',
  'claude-mythos-5-2',
  'claude-mythos-5-1',
  'claude-mythos-5',
  'claude-opus-5-5',
  'claude-opus-5',
  'claude-opus-4-8',
  'claude-opus-4-7',
  'claude-opus-4-6',
  'claude-opus-4-5',
  'claude-sonnet-5-5',
  'claude-sonnet-5',
  'claude-sonnet-4-6',
  'claude-sonnet-4-5',
];

export const SAVINGS_DEFAULTS: SavingsSettings = Object.freeze({
  smallerModels: Object.freeze(Object.fromEntries(LARGER.map((model) => [model, SMALL]))),
  shortPromptTokens: 2_000,
  shortAnswerTokens: 200,
  repeatedShare: 0.5,
  minimumCacheTokens: 4_096,
});
