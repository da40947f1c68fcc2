import { z } from 'zod';
import type { LogOptions } from '../../observability/log.options.js';
import { flag, fn, inRange, milliseconds, must, oneOf, whole } from './checks.js';

const level = oneOf('verbose', 'debug', 'log', 'warn', 'error', 'fatal', 'off');

export const log = z
  .strictObject({
    levels: z
      .strictObject({ succeeded: level, slow: level, failed: level, refused: level, abandoned: level })
      .partial(),
    sampleRate: must<number>('a number from 0 to 1', (value) => inRange(value, 0, 1)),
    slowCallMs: milliseconds,
    calls: flag,
    handlers: flag,
    content: flag,
    contentChars: whole(1, 65_536),
  })
  .partial();

/** A header name, as HTTP has it (RFC 9110, 5.6.2). */
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]{1,100}$/;

export const requests = z
  .strictObject({
    contextOf: fn,
    correlationHeader: must<string>(
      'the name of a header',
      (value) => typeof value === 'string' && HEADER_NAME.test(value),
    ),
  })
  .partial();

export const tracing = must<boolean | 'auto'>(
  "true, false or 'auto'",
  (value) => typeof value === 'boolean' || value === 'auto',
);

/** Options of `log` that would do nothing. */
export function logContradictions({ levels, slowCallMs, calls, content, ...rest }: LogOptions): string[] {
  const ofCalls = { slowCallMs, content, sampleRate: rest.sampleRate };
  const idle = Object.entries(ofCalls).filter(([, value]) => calls === false && value !== undefined);
  return [
    ...(levels?.slow !== undefined && slowCallMs === undefined
      ? ['`log.levels.slow` would do nothing without `log.slowCallMs`: set that too, or remove it.']
      : []),
    ...(rest.contentChars !== undefined && content !== true
      ? ['`log.contentChars` would do nothing without `log.content`: set that to true, or remove it.']
      : []),
    ...idle.map(([name]) => `\`log.${name}\` would do nothing with \`log.calls\` false: remove one of them.`),
  ];
}
