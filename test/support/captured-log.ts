import { inspect } from 'node:util';
import type { LineWriter } from '../../libs/claude/src/observability/request-log.js';

/** A line that was written, as a logger gets it. */
export interface CapturedLine {
  readonly level: keyof LineWriter;
  readonly fields: Readonly<Record<string, unknown>>;
  /** As it is printed where lines are text. */
  readonly text: string;
}

export interface CapturedLog {
  readonly writer: LineWriter;
  readonly lines: CapturedLine[];
}

/** Keeps what is written to it. */
export function captureLog(): CapturedLog {
  const lines: CapturedLine[] = [];
  const at = (level: keyof LineWriter) => (line: object) =>
    void lines.push({ level, fields: { ...line }, text: inspect(line) });
  const writer = {
    verbose: at('verbose'),
    debug: at('debug'),
    log: at('log'),
    warn: at('warn'),
    error: at('error'),
    fatal: at('fatal'),
  };
  return { writer, lines };
}
