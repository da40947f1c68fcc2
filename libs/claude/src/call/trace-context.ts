/** The span that was active where a call began, as OpenTelemetry identifies it. */
export interface TraceContext {
  readonly traceId: string;
  readonly spanId: string;
  /** 1 where the trace is sampled (W3C Trace Context). */
  readonly traceFlags: number;
}

/** How calls learn of the trace they are part of. Costs nothing as long as nobody wants to know. */
export class TraceSource {
  /** Finds the active span; `null` as long as nobody wants to know. */
  read: (() => TraceContext | null) | null = null;

  /** The active span; `null` where there is none. Never throws. */
  current(): TraceContext | null {
    if (this.read === null) return null;
    try {
      return this.read();
    } catch {
      // Tracing is never a reason for a call to fail.
      return null;
    }
  }
}
