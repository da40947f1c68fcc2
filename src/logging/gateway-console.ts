import { inspect } from 'node:util';
import { ConsoleLogger, type ConsoleLoggerOptions, type LogLevel } from '@nestjs/common';
import { standardOutput } from './gathered-output.js';

const SECOND_MS = 1_000;

/** An object that says itself how it reads as text, as the lines of calls do. */
interface Line {
  [inspect.custom](): string;
}

/**
 * Nest's console, for a line with each request: without colours where nobody looks on, without formatting a second twice, and
 * with the lines of one turn of the event loop written together. They look as they do with Nest's own.
 */
export class GatewayConsole extends ConsoleLogger {
  readonly #isPlain: boolean;
  #second = 0;
  #timestamp = '';

  constructor(options: ConsoleLoggerOptions) {
    const isPlain = !process.stdout.isTTY;
    super(isPlain ? { ...options, colors: false } : options);
    this.#isPlain = isPlain;
  }

  protected override getTimestamp(): string {
    const second = Math.floor(Date.now() / SECOND_MS);
    if (second !== this.#second) {
      this.#second = second;
      this.#timestamp = super.getTimestamp();
    }
    return this.#timestamp;
  }

  protected override printMessages(...printed: Parameters<ConsoleLogger['printMessages']>): void {
    const [messages, context = '', logLevel = 'log', stream = 'stdout', , params] = printed;
    const [line] = messages;
    if (this.#isPlain && stream === 'stdout' && messages.length === 1 && params === undefined && isLine(line)) {
      standardOutput.write(
        `${this.options.json ? this.#json(line, context, logLevel) : this.#text(line, context, logLevel)}\n`,
      );
      return;
    }
    // What is written straight away must not come before what was logged earlier.
    if (stream === 'stdout') standardOutput.flush();
    super.printMessages(...printed);
  }

  #text(line: Line, context: string, logLevel: LogLevel): string {
    const level = logLevel.toUpperCase().padStart(7, ' ');
    return `${this.formatPid(process.pid)}${this.getTimestamp()} ${level} ${this.formatContext(context)}${line[inspect.custom]()}`;
  }

  #json(line: Line, context: string, logLevel: LogLevel): string {
    return this.stringifyJsonLogObject(this.getJsonLogObject(line, { context, logLevel }));
  }
}

function isLine(message: unknown): message is Line {
  return typeof message === 'object' && message !== null && inspect.custom in message;
}
