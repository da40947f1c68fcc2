/** A text made of another one, whose every character knows where in that other one it comes from. */
export interface MappedText {
  readonly text: string;
  /** Offset in the source of each character; `null` where the text is the source itself. */
  readonly origins: Uint32Array | null;
  /** Length of the source. */
  readonly sourceLength: number;
}

/** The source itself. */
export function unmapped(text: string): MappedText {
  return { text, origins: null, sourceLength: text.length };
}

/** Where in the source the character at an offset comes from; the end of the source for what lies beyond. */
export function originOf({ text, origins, sourceLength }: MappedText, offset: number): number {
  if (offset >= text.length) return sourceLength;
  return origins === null ? offset : (origins[offset] ?? sourceLength);
}

/** Puts a mapped text together, piece by piece. */
export class MappedTextBuilder {
  readonly #pieces: string[] = [];
  #origins: Uint32Array;
  #length = 0;

  constructor(private readonly source: MappedText) {
    this.#origins = new Uint32Array(source.text.length + 16);
  }

  /** Takes a stretch of the source over as it is. */
  keep(start: number, end: number): void {
    if (start >= end) return;
    this.#pieces.push(this.source.text.slice(start, end));
    this.#reserve(end - start);
    for (let at = start; at < end; at += 1) this.#origins[this.#length++] = originOf(this.source, at);
  }

  /** Puts something else where the source has what begins at `start`. */
  put(text: string, start: number): void {
    this.#pieces.push(text);
    this.#reserve(text.length);
    this.#origins.fill(originOf(this.source, start), this.#length, this.#length + text.length);
    this.#length += text.length;
  }

  build(): MappedText {
    const { sourceLength } = this.source;
    return { text: this.#pieces.join(''), origins: this.#origins.subarray(0, this.#length), sourceLength };
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#origins.length) return;
    const grown = new Uint32Array((this.#length + more) * 2);
    grown.set(this.#origins.subarray(0, this.#length));
    this.#origins = grown;
  }
}

/**
 * Replaces what an expression finds.
 *
 * @param expression Global.
 * @param replacement What stands in its place; `null` leaves it as it is.
 * @returns The source itself where nothing was replaced.
 */
export function rewritten(
  source: MappedText,
  expression: RegExp,
  replacement: (match: string, start: number) => string | null,
): MappedText {
  let builder: MappedTextBuilder | null = null;
  let done = 0;
  for (const match of source.text.matchAll(expression)) {
    const instead = replacement(match[0], match.index);
    if (instead === null) continue;
    builder ??= new MappedTextBuilder(source);
    builder.keep(done, match.index);
    builder.put(instead, match.index);
    done = match.index + match[0].length;
  }
  if (builder === null) return source;
  builder.keep(done, source.text.length);
  return builder.build();
}
