import { cutTo } from './cut-to.js';
import type { Redactor } from './redactor.js';

/** How many characters of a text are shown. */
const LONGEST = 200;

/** What is read beyond them, so that a secret across the cut is seen whole. */
const BEYOND = 4_096;

/** How many are remembered. */
const MOST = 1_000;

/** A short word with a number behind it at the most, which no pattern fits: what most users and models are called. */
const PLAIN = /^(?=.{1,16}$)[A-Za-z][A-Za-z_-]*\d{0,6}$/;

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
    const cleared = PLAIN.test(text) ? this.redactor.exact(text) : this.#clearedAnew(text);
    if (this.#cleared.size >= MOST) this.#cleared.clear();
    if (text.length <= LONGEST) this.#cleared.set(text, cleared);
    return cleared;
  };

  #clearedAnew(text: string): string {
    return cutTo(this.redactor.line(text.slice(0, LONGEST + BEYOND)), LONGEST, text.length - LONGEST - BEYOND);
  }
}
