import type { LogLevel } from '@nestjs/common';
import type { Outcome } from '../call/outcome.js';

/** What is logged at which level: a level of Nest's `Logger`, or `off` for not at all. */
export type LogLevelOrOff = LogLevel | 'off';

/** At which level a call is logged, by what became of it. The same for handlers. */
export interface LogLevels extends Readonly<Record<Outcome['kind'], LogLevelOrOff>> {
  /** Calls that succeeded, and took `slowCallMs` or longer. */
  readonly slow: LogLevelOrOff;
}

/** How calls are logged: one line each, as it ends, through Nest's `Logger`. */
export interface LogOptions {
  /** Default: `succeeded` and `abandoned` at `log`, `slow` and `refused` at `warn`, `failed` at `error`. */
  readonly levels?: Partial<LogLevels>;
  /** Of the calls that succeeded and were not slow, the share that is logged: 0 to 1. Default 1. All others always are. */
  readonly sampleRate?: number;
  /** From how many milliseconds on a call is slow, its answer read to the end. Default: none is. */
  readonly slowCallMs?: number;
  /** Whether calls have lines of their own. Default true. */
  readonly calls?: boolean;
  /** Whether handlers have lines, where `ClaudeLoggingInterceptor` stands before them. Default true. */
  readonly handlers?: boolean;
  /** Whether a line quotes the last message of the prompt and the text of the answer, redacted and cut. Default false. */
  readonly content?: boolean;
  /** How many characters are quoted of each. Default 1,000. */
  readonly contentChars?: number;
}

/** The same with every default filled in. */
export interface LogSettings extends Required<Omit<LogOptions, 'levels'>> {
  readonly levels: LogLevels;
}

export const LOG_LEVEL_DEFAULTS: LogLevels = Object.freeze({
  succeeded: 'log',
  slow: 'warn',
  failed: 'error',
  refused: 'warn',
  abandoned: 'log',
});

export const LOG_DEFAULTS: LogSettings = Object.freeze({
  levels: LOG_LEVEL_DEFAULTS,
  sampleRate: 1,
  slowCallMs: Infinity,
  calls: true,
  handlers: true,
  content: false,
  contentChars: 1_000,
});
