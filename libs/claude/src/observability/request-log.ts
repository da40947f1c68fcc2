import type { Logger } from '@nestjs/common';
import type { Call } from '../call/call.js';
import type { Random } from '../call/clock.js';
import type { CallRecord } from '../call/record.js';
import { LogLine, type LogFields } from '../redaction/log-line.js';
import type { Redactor } from '../redaction/redactor.js';
import { ShortTexts } from '../redaction/short-texts.js';
import { fillCallFields } from './call-fields.js';
import { quotedContent } from './content.js';
import { fillHandlerFields, type HandlerSummary } from './handler-fields.js';
import { callText, handlerText } from './line-text.js';
import type { LogLevelOrOff, LogSettings } from './log.options.js';

type LogLevel = Exclude<LogLevelOrOff, 'off'>;

/** Whatever writes lines: Nest's own `Logger`. */
export type LineWriter = Pick<Logger, LogLevel> & {
  /** Whether lines of a level are written at all: what would be thrown away is not made. Default: all are. */
  isLevelEnabled?(level: LogLevel): boolean;
};

export interface RequestLogOptions {
  readonly settings: LogSettings;
  readonly writer: LineWriter;
  readonly redactor: Redactor;
  readonly random: Random;
}

/**
 * Writes one line for each call as it ends, and for each handler that made some. A line that cannot be cleared of secrets is
 * dropped, and counted by the redactor; what the logger throws is for whoever tells this of calls.
 */
export class RequestLog {
  readonly #options: RequestLogOptions;
  readonly #texts: ShortTexts;

  constructor(options: RequestLogOptions) {
    this.#options = options;
    this.#texts = new ShortTexts(options.redactor);
  }

  /** @param call What the record is of, where a line may quote it. */
  call(record: CallRecord, call: Call | undefined): void {
    const { levels, slowCallMs, sampleRate, content, contentChars } = this.#options.settings;
    const isSlow = record.outcome.kind === 'succeeded' && record.durationMs >= slowCallMs;
    const level = levels[isSlow ? 'slow' : record.outcome.kind];
    if (level === 'off' || !this.#writes(level)) return;
    const isSampled = sampleRate < 1 && !isSlow && record.outcome.kind === 'succeeded';
    if (isSampled && this.#options.random() >= sampleRate) return;
    this.#write(level, callText, (line) => {
      fillCallFields(line, record, this.#texts.clear);
      if (isSlow) Object.assign(line, { slow: true });
      if (isSampled) Object.assign(line, { sampleRate });
      if (content && call !== undefined) Object.assign(line, quotedContent(call, this.#options.redactor, contentChars));
    });
  }

  handler(summary: HandlerSummary): void {
    const level = this.#options.settings.levels[summary.outcome];
    if (level !== 'off' && this.#writes(level)) {
      this.#write(level, handlerText, (line) => fillHandlerFields(line, summary, this.#texts.clear));
    }
  }

  #writes(level: LogLevel): boolean {
    return this.#options.writer.isLevelEnabled?.(level) ?? true;
  }

  #write(level: LogLevel, text: (fields: LogFields) => string, fill: (line: LogLine) => void): void {
    const { redactor, writer } = this.#options;
    redactor.guard(
      () => {
        const line = new LogLine(text, {}, redactor);
        fill(line);
        return line;
      },
      (line) => writer[level](line),
    );
  }
}
