import type { ClientOptions } from '@anthropic-ai/sdk';
import type { Redactor } from './redactor.js';

type SdkLogger = NonNullable<ClientOptions['logger']>;

/** A logger for the SDK's client around any other. The SDK itself masks the headers it knows, and nothing else. */
export function redactingSdkLogger(inner: SdkLogger, redactor: Redactor): SdkLogger {
  const write =
    (level: keyof SdkLogger) =>
    (message: string, ...rest: unknown[]): void =>
      redactor.guard(
        () => [redactor.line(message), ...rest.map((part) => redactor.lineValue(part))] as const,
        (line) => inner[level](...line),
      );
  return { error: write('error'), warn: write('warn'), info: write('info'), debug: write('debug') };
}
