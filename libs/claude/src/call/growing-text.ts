/** How many pieces are kept apart before they are copied into one. */
const MOST_PIECES = 16;

/**
 * Text that comes in small pieces. A piece is a slice of the whole chunk it came in and keeps that alive, so every few of
 * them are copied into a block of their own.
 */
export class GrowingText {
  #blocks: string[] | null = null;
  #pieces: string[] = [];

  push(piece: string): void {
    this.#pieces.push(piece);
    if (this.#pieces.length < MOST_PIECES) return;
    (this.#blocks ??= []).push(this.#pieces.join(''));
    this.#pieces = [];
  }

  toString(): string {
    const last = this.#pieces.join('');
    return this.#blocks === null ? last : this.#blocks.join('') + last;
  }
}
