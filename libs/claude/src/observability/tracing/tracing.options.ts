/**
 * Whether calls have spans of OpenTelemetry, which are the SDK's own with what it does not know put on them. `auto`: if
 * `@opentelemetry/api` is installed and a tracer provider is registered when the module starts.
 */
export type TracingOption = boolean | 'auto';
