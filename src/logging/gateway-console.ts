import { ConsoleLogger, type ConsoleLoggerOptions } from '@nestjs/common';

const SECOND_MS = 1_000;

/** Nest's console, for a line with each request: without colours where nobody looks on, and without formatting a second twice. */
export class GatewayConsole extends ConsoleLogger {
  #second = 0;
  #timestamp = '';

  constructor(options: ConsoleLoggerOptions) {
    super(process.stdout.isTTY ? options : { ...options, colors: false });
  }

  protected override getTimestamp(): string {
    const second = Math.floor(Date.now() / SECOND_MS);
    if (second !== this.#second) {
      this.#second = second;
      this.#timestamp = super.getTimestamp();
    }
    return this.#timestamp;
  }
}
