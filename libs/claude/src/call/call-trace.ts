import type { CallRecord } from './record.js';

/** Where a call stands in a trace of OpenTelemetry. */
export interface CallTrace {
  /** 32 hex digits. */
  readonly traceId: string;
  /** The span that is the call, or the one around it where it has none of its own: 16 hex digits. */
  readonly spanId: string;
  /** Whether the trace is kept, as its flags say (W3C Trace Context). */
  readonly sampled: boolean;
  /** The call is over: what is known of it is put on its span, if it has one. */
  settle(record: CallRecord): void;
}

/**
 * Finds the trace of a call by the options of its request; `null` where it is in none.
 *
 * @param options As the SDK hands them to its middleware.
 */
export type FindTrace = (options: object) => CallTrace | null;
