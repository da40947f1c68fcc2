/** Lowers `max_tokens` to what answers of the kind have needed. */
export interface ShorterAnswerOptions {
  readonly use: 'shorter-answer';
  /** What the learned length is multiplied by, to be on the safe side. At least 1. Default 1.5. */
  readonly safetyFactor?: number;
  /** Which share of the answers of a kind the learned length holds. Above 0 and up to 1. Default 0.95. */
  readonly quantile?: number;
  /** How many answers of a kind, of the last 200, it takes to know its length. Default 20. */
  readonly minimumAnswers?: number;
  /** What `max_tokens` is never lowered below. Default 256. */
  readonly minimumTokens?: number;
}

/** {@link ShorterAnswerOptions} with every default filled in. */
export type ShorterAnswerSettings = Required<Omit<ShorterAnswerOptions, 'use'>>;

/** Answers of a kind that count: the last so many. */
export const REMEMBERED_ANSWERS = 200;

export const SHORTER_ANSWER_DEFAULTS: ShorterAnswerSettings = Object.freeze({
  safetyFactor: 1.5,
  quantile: 0.95,
  minimumAnswers: 20,
  minimumTokens: 256,
});
