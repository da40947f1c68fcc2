import type { TraceContext } from '../call/trace-context.js';
import type { ClaudeRuntime } from '../claude.runtime.js';

/** What of `@opentelemetry/api` is needed. */
interface TraceApi {
  readonly trace: { getActiveSpan(): { spanContext(): TraceContext } | undefined };
}

/**
 * Lets calls note the trace they are part of, if OpenTelemetry's API is installed.
 *
 * @returns What takes that back.
 */
export async function readTraces(runtimes: readonly ClaudeRuntime[]): Promise<readonly (() => void)[]> {
  const api = await loadTraceApi();
  if (api === null) return [];
  const read = (): TraceContext | null => api.trace.getActiveSpan()?.spanContext() ?? null;
  return runtimes.map(({ trace }) => {
    trace.read ??= read;
    return () => {
      if (trace.read === read) trace.read = null;
    };
  });
}

/** `null` where it is not installed: nobody traces then. */
async function loadTraceApi(): Promise<TraceApi | null> {
  try {
    return await import('@opentelemetry/api');
  } catch {
    return null;
  }
}
