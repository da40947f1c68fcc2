import { getHashes, hash } from 'node:crypto';

/** Finding out whether a shorter one is known takes as long as looking at it. */
const SHORTEST = 512;

/** How many are remembered at the least, once there are more. */
const CAPACITY = 4_096;

/** Nobody can make two texts of one digest by either; the first takes half the time. */
const ALGORITHM = getHashes().includes('blake2b512') ? 'blake2b512' : 'sha256';

/**
 * Long texts in which nothing was found, by a digest of each, so that no text is kept. System prompts, documents, and the
 * earlier turns of a conversation come again with every request: whoever has looked at them once need not do so again.
 */
export class CleanTexts {
  #recent = new Set<string>();
  /** Those that were remembered before; forgotten when as many again have come. */
  #earlier: ReadonlySet<string> = new Set();

  /** @param capacity How many are remembered at the least, once there are more. Default 4,096. */
  constructor(private readonly capacity = CAPACITY) {}

  /** What a text is known by; `null` for one that is not remembered. */
  static digestOf(text: string): string | null {
    // Halves of characters would all be the same in it.
    return text.length < SHORTEST || !text.isWellFormed() ? null : hash(ALGORITHM, text, 'base64');
  }

  has(digest: string): boolean {
    if (this.#recent.has(digest)) return true;
    if (!this.#earlier.has(digest)) return false;
    this.add(digest);
    return true;
  }

  add(digest: string): void {
    if (this.#recent.size >= this.capacity) {
      this.#earlier = this.#recent;
      this.#recent = new Set();
    }
    this.#recent.add(digest);
  }
}
