import { inspect } from 'node:util';

/** Fields of a line of a log. */
export type LogFields = Readonly<Record<string, unknown>>;

/**
 * What is handed to a logger as one object: loggers that write JSON find its fields, and where it is printed as text, as
 * Nest's `ConsoleLogger` does, it shows as a single line.
 */
export class LogLine {
  readonly #text: (fields: LogFields) => string;
  readonly #clearedBy: object | null;

  /**
   * @param text Makes the line of the fields, which are free of line breaks and secrets already.
   * @param fields Can be filled in later, too: they are its own properties.
   * @param clearedBy The redactor that whatever is filled in has passed already. Default: none has seen all of it.
   */
  constructor(text: (fields: LogFields) => string, fields: LogFields = {}, clearedBy: object | null = null) {
    this.#text = text;
    this.#clearedBy = clearedBy;
    Object.assign(this, fields);
  }

  /** Whether that redactor would look at its fields for the second time. */
  isClearedBy(redactor: object): boolean {
    return this.#clearedBy === redactor;
  }

  /** The same line of other fields: for whoever changes what others log. */
  withFields(fields: LogFields): LogLine {
    return new LogLine(this.#text, fields);
  }

  [inspect.custom](): string {
    return this.#text(this as unknown as LogFields);
  }
}
