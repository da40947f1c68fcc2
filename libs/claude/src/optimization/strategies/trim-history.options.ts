/** Leaves out turns from the middle of long conversations. */
export interface TrimHistoryOptions {
  readonly use: 'trim-history';
  /** From how many tokens of input, as estimated, turns are left out, and how many are then left if possible. Default 50,000. */
  readonly maxInputTokens?: number;
  /** How many turns are kept at the end, the one being asked included. A turn reaches up to the next question. Default 4. */
  readonly keepTurns?: number;
}

/** {@link TrimHistoryOptions} with every default filled in. */
export type TrimHistorySettings = Required<Omit<TrimHistoryOptions, 'use'>>;

export const TRIM_HISTORY_DEFAULTS: TrimHistorySettings = Object.freeze({ maxInputTokens: 50_000, keepTurns: 4 });
