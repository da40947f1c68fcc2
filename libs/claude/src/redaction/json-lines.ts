import { Redactor } from './redactor.js';

/** Where a logger writes its lines: a stream, or what pino takes for one. */
export interface LineDestination {
  write(line: string): unknown;
}

/** Options to make a pino logger with, beside your own. */
export interface PinoRedaction {
  readonly hooks: { readonly streamWrite: (line: string) => string };
}

/**
 * Redacts each line of a pino logger as it is written, with all that its bindings, mixins, serializers and children put
 * in: `pino({ ...pinoRedaction(redactor) })`. Needs pino 9.6 or later, or anything made on it (`pinoHttp` of nestjs-pino,
 * Fastify's `logger`); for others there is {@link redactingDestination}.
 */
export function pinoRedaction(redactor: Redactor = new Redactor()): PinoRedaction {
  return { hooks: { streamWrite: (line) => redactedLine(line, redactor) } };
}

/**
 * The same in front of a destination, for any logger that writes one JSON object a line:
 * `pino(options, redactingDestination(pino.destination(1), redactor))`.
 */
export function redactingDestination(
  destination: LineDestination,
  redactor: Redactor = new Redactor(),
): LineDestination {
  return {
    write: (line) => {
      const redacted = redactedLine(line, redactor);
      return redacted === '' ? true : destination.write(redacted);
    },
  };
}

/** The line as JSON again, as other text if it is none; empty when that fails. */
function redactedLine(line: string, redactor: Redactor): string {
  let redacted = '';
  redactor.guard(
    () => `${redactedJson(line, redactor) ?? redactor.line(line.trimEnd())}\n`,
    (made) => {
      redacted = made;
    },
  );
  return redacted;
}

function redactedJson(line: string, redactor: Redactor): string | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    return undefined;
  }
  return JSON.stringify(redactor.value(parsed));
}
