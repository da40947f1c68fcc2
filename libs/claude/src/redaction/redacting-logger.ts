import type { LogLevel, LoggerService } from '@nestjs/common';
import { LogLine } from './log-line.js';
import { Redactor } from './redactor.js';

/** Options of a `RedactingLogger`. */
export interface RedactingLoggerOptions {
  /**
   * What the logger within writes. `text` (default): values are stripped of line breaks and escape sequences, since they
   * could forge lines. `json`: its encoder takes care of that.
   */
  readonly format?: 'text' | 'json';
}

type Level = Exclude<keyof LoggerService, 'setLogLevels'>;

/**
 * A logger for Nest around any other: `app.useLogger(new RedactingLogger(new ConsoleLogger(), app.get(Redactor)))`. Whatever
 * is logged passes the redactor: messages, objects, errors, stacks and contexts. A line that cannot be redacted is dropped.
 */
export class RedactingLogger implements LoggerService {
  readonly #inner: LoggerService;
  readonly #redactor: Redactor;
  readonly #isText: boolean;
  /** The context that was cleared last, and what was known then: nearly all lines have the same one. */
  #context: { readonly text: string; readonly known: unknown; readonly cleared: unknown } | null = null;

  constructor(
    inner: LoggerService,
    redactor: Redactor = new Redactor(),
    { format = 'text' }: RedactingLoggerOptions = {},
  ) {
    this.#inner = inner;
    this.#redactor = redactor;
    this.#isText = format === 'text';
  }

  log(...line: unknown[]): void {
    this.#write('log', line);
  }

  error(...line: unknown[]): void {
    this.#write('error', line);
  }

  warn(...line: unknown[]): void {
    this.#write('warn', line);
  }

  debug(...line: unknown[]): void {
    this.#write('debug', line);
  }

  verbose(...line: unknown[]): void {
    this.#write('verbose', line);
  }

  fatal(...line: unknown[]): void {
    this.#write('fatal', line);
  }

  setLogLevels(levels: LogLevel[]): void {
    this.#inner.setLogLevels?.(levels);
  }

  #write(level: Level, line: readonly unknown[]): void {
    if (!isOn(this.#inner, level)) return;
    this.#redactor.guard(
      () =>
        line.map((part, at) => (at > 0 && typeof part === 'string' ? this.#clearedContext(part) : this.#cleared(part))),
      ([message, ...rest]) => this.#inner[level]?.(message, ...rest),
    );
  }

  #cleared(part: unknown): unknown {
    // Each call has a line that is cleared field by field as it is made.
    if (part instanceof LogLine && part.isClearedBy(this.#redactor)) return part;
    // Nest takes a function for a message that is made only if its level is on, and a class for its name.
    if (typeof part === 'function') return isClass(part) ? part : () => this.#value(Reflect.apply(part, undefined, []));
    return this.#value(part);
  }

  #clearedContext(text: string): unknown {
    const known = this.#redactor.known.disguises();
    if (this.#context?.text !== text || this.#context.known !== known) {
      this.#context = { text, known, cleared: this.#value(text) };
    }
    return this.#context.cleared;
  }

  #value(value: unknown): unknown {
    return this.#isText ? this.#redactor.lineValue(value) : this.#redactor.value(value);
  }
}

/** What the logger would drop needs no redaction. Nest's own can say so. */
function isOn(logger: LoggerService & { isLevelEnabled?(level: Level): boolean }, level: Level): boolean {
  return logger.isLevelEnabled?.(level) ?? true;
}

function isClass(part: object): boolean {
  return Function.prototype.toString.call(part).startsWith('class ');
}
