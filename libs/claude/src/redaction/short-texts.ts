import { cutTo } from './cut-to.js';
import type { Redactor } from './redactor.js';

/** How many characters of a text are shown. */
const LONGEST = 200;

/** What is read beyond them, so that a secret across the cut is seen whole. */
const BEYOND = 4_096;

/** How many are remembered. */
const MOST = 1_000;

/**
 * Clears short texts for a log, such as names of users and models: of secrets, line breaks and escape sequences, and cut to
 * 200 characters. The same ones come again and again, so it remembers them for as long as no further secret is known.
 */
export class ShortTexts {
  readonly #cleared = new Map<string, string>();
  #known: unknown = null;

  constructor(private readonly redactor: Redactor) {}

  readonly clear = (text: string): string => {
    const known = this.redactor.known.disguises();
    if (known !== this.#known) this.#cleared.clear();
    this.#known = known;
    const remembered = this.#cleared.get(text);
    if (remembered !== undefined) return remembered;
    const cleared = cutTo(this.redactor.line(text.slice(0, LONGEST + BEYOND)), LONGEST, text.length - LONGEST - BEYOND);
    if (this.#cleared.size >= MOST) this.#cleared.clear();
    if (text.length <= LONGEST) this.#cleared.set(text, cleared);
    return cleared;
  };
}
