import type { CallTrace, FindTrace } from '../../call/call-trace.js';
import type { ClaudeSettings } from '../../config/settings.js';
import { InvalidOptionsError } from '../../errors/errors.js';
import { CallSpan, isSampled, type SpanLike } from './call-span.js';

/** What of `@opentelemetry/api` is used. */
export interface TraceApi {
  readonly trace: {
    getTracerProvider(): object;
    getActiveSpan(): Pick<SpanLike, 'spanContext'> | undefined;
  };
}

/** An id that stands for none. */
const NO_TRACE = /^0*$/;

/** Finds where calls stand in traces. */
export class Tracing {
  readonly #api: TraceApi | null;

  /** @param api `null` where it is not installed: the SDK's spans are found all the same. */
  constructor(api: TraceApi | null) {
    this.#api = api;
  }

  /** The SDK's own span of the call; where it has none, as for a request by its path, the span that is active. */
  readonly find: FindTrace = (options) => {
    const span = spanIn(options);
    return span === null ? this.#around() : new CallSpan(span);
  };

  /** The trace that is under way here and now; `null` for none. */
  activeTraceId(): string | null {
    return this.#around()?.traceId ?? null;
  }

  #around(): CallTrace | null {
    const context = this.#api?.trace.getActiveSpan()?.spanContext();
    if (context === undefined || NO_TRACE.test(context.traceId)) return null;
    const { traceId, spanId, traceFlags } = context;
    return { traceId, spanId, sampled: isSampled(traceFlags), settle: () => undefined };
  }
}

/**
 * How calls are traced; `null` where they are not, which costs nothing.
 *
 * @throws InvalidOptionsError where they must be, and `@opentelemetry/api` is not installed.
 */
export async function tracingOf({
  tracing,
  client: { openTelemetry },
}: Pick<ClaudeSettings, 'tracing' | 'client'>): Promise<Tracing | null> {
  if (tracing === false || openTelemetry === false) return null;
  const api = await loadApi();
  if (openTelemetry !== undefined) return new Tracing(api);
  if (tracing === 'auto') return api !== null && hasProvider(api) ? new Tracing(api) : null;
  if (api !== null) return new Tracing(api);
  throw new InvalidOptionsError(
    '`tracing` needs the package @opentelemetry/api: install it, or set `tracing` to false.',
  );
}

async function loadApi(): Promise<TraceApi | null> {
  try {
    return await import('@opentelemetry/api');
  } catch {
    return null;
  }
}

/** The API always has a provider, which passes on to the one that was registered, if there is one. */
function hasProvider({ trace }: TraceApi): boolean {
  const provider = trace.getTracerProvider();
  if (!('getDelegateTracer' in provider) || typeof provider.getDelegateTracer !== 'function') return true;
  return Reflect.apply(provider.getDelegateTracer, provider, ['nestjs-claude']) !== undefined;
}

/** The span that the SDK starts for a call travels in the options of its request. */
function spanIn(options: object): SpanLike | null {
  const { span } = (options as { readonly __span?: { readonly span?: SpanLike } }).__span ?? {};
  return span !== undefined && typeof span.spanContext === 'function' && typeof span.end === 'function' ? span : null;
}
