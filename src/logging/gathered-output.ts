/** Of what is gathered, in characters: beyond it lines are written at once. */
const MOST = 65_536;

/**
 * Gathers what is written in one turn of the event loop, and writes it at the end of the turn: one write for the lines of many
 * requests. What is there when the process exits is written then, for whatever reason it exits.
 */
export class GatheredOutput {
  #text = '';
  readonly #flush = (): void => this.flush();

  /** @param out Writes before it returns, or while the process exits all is lost: standard output does, be it a file, a pipe or a terminal. */
  constructor(private readonly out: () => Pick<NodeJS.WriteStream, 'write'>) {}

  write(text: string): void {
    if (this.#text === '') {
      setImmediate(this.#flush);
      process.once('exit', this.#flush);
    }
    this.#text += text;
    if (this.#text.length > MOST) this.flush();
  }

  /** Harmless where there is nothing. */
  flush(): void {
    if (this.#text === '') return;
    process.off('exit', this.#flush);
    const text = this.#text;
    this.#text = '';
    this.out().write(text);
  }
}

/** Standard output, as the process has it once it writes. */
export const standardOutput = new GatheredOutput(() => process.stdout);
