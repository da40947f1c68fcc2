import type { CallTrace } from '../../call/call-trace.js';
import type { CallRecord } from '../../call/record.js';
import { addFailedAttempts, ownErrorType, spanAttributes, type AttributeValue } from './span-attributes.js';

/** What of a span of OpenTelemetry is used. */
export interface SpanLike {
  spanContext(): { readonly traceId: string; readonly spanId: string; readonly traceFlags: number };
  isRecording(): boolean;
  setAttributes(attributes: Readonly<Record<string, AttributeValue>>): unknown;
  addEvent(name: string, attributes: Readonly<Record<string, AttributeValue>>, time: Date): unknown;
  end(endTime?: unknown): void;
}

/**
 * The SDK's span of a call, with what the SDK does not know put on it. The span ends when both have ended: the SDK ends it as
 * soon as a reader stops, which is a moment before it is known what that call cost.
 */
export class CallSpan implements CallTrace {
  readonly traceId: string;
  readonly spanId: string;
  readonly sampled: boolean;
  readonly #span: SpanLike;
  #errorType: string | null = null;
  #isSettled = false;
  #end: (() => void) | null = null;

  constructor(span: SpanLike) {
    const { traceId, spanId, traceFlags } = span.spanContext();
    this.traceId = traceId;
    this.spanId = spanId;
    this.sampled = isSampled(traceFlags);
    this.#span = span;
    // One of a trace that is not sampled takes nothing.
    if (span.isRecording()) this.#holdEnd();
  }

  settle(record: CallRecord): void {
    this.#isSettled = true;
    this.#errorType = ownErrorType(record);
    try {
      this.#span.setAttributes(spanAttributes(record));
      addFailedAttempts(this.#span, record);
    } finally {
      this.#end?.();
    }
  }

  /** Puts a step before the `end` of this one span. A property of its own, so that whoever knows the span knows it still. */
  #holdEnd(): void {
    const span = this.#span;
    const value = (...args: [unknown?]): void => {
      this.#end = () => {
        Reflect.deleteProperty(span, 'end');
        // Once more, over what the SDK has called it meanwhile.
        if (this.#errorType !== null) span.setAttributes({ 'error.type': this.#errorType });
        span.end(...args);
      };
      if (this.#isSettled) this.#end();
    };
    Reflect.defineProperty(span, 'end', { value, configurable: true, writable: true });
  }
}

/** The lowest of the flags of W3C Trace Context. */
export function isSampled(traceFlags: number): boolean {
  return (traceFlags & 1) === 1;
}
