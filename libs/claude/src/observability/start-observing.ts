import type { Random } from '../call/clock.js';
import type { CallRecord } from '../call/record.js';
import type { ClaudeSettings } from '../config/settings.js';
import type { Redactor } from '../redaction/redactor.js';
import { EndingCalls } from './ending-calls.js';
import type { HandlerSummary } from './handler-fields.js';
import { Observers } from './observers.js';
import { RequestLog, type LineWriter } from './request-log.js';
import type { Tracing } from './tracing/tracing.js';

/** What observing one instance takes. */
export interface ObservingParts {
  readonly instance: string;
  readonly settings: Pick<ClaudeSettings, 'log'>;
  readonly observers: Observers<CallRecord>;
  /** `null` for no log. */
  readonly logWriter: LineWriter | null;
  readonly tracing: Tracing | null;
  readonly redactor: Redactor;
  readonly random: Random;
}

/** What of a call is observed beside its record. */
export interface Observing {
  /** Name of the module instance. */
  readonly instance: string;
  /** `null` where nothing is traced. */
  readonly tracing: Tracing | null;
  /** Those who hear of each handler that has made calls, when it is over. */
  readonly handlers: Observers<HandlerSummary>;
  /** Whose records are being told. */
  readonly ending: EndingCalls;
}

/** Lets the request log and the traces hear of what ends. */
export function startObserving(parts: ObservingParts): Observing {
  const { instance, settings, observers, logWriter, tracing, redactor, random } = parts;
  const handlers = new Observers<HandlerSummary>();
  const ending = new EndingCalls();
  if (tracing !== null) observers.observe('traces', (record) => ending.callOf(record)?.init.trace?.settle(record));
  if (settings.log !== false && logWriter !== null) {
    const log = new RequestLog({ settings: settings.log, writer: logWriter, redactor, random });
    if (settings.log.calls) observers.observe('log', (record) => log.call(record, ending.callOf(record)));
    if (settings.log.handlers) handlers.observe('log', (summary) => log.handler(summary));
  }
  return { instance, tracing, handlers, ending };
}
