/** How many notes are looked at, for one that is added, to see whether their time is over. */
const LOOKED_AT = 2;

interface Note {
  readonly text: string;
  readonly untilMs: number;
}

/** Notes that are kept for a while and handed out once. Those nobody asks for are forgotten when their time is over. */
export class ExpiringNotes {
  readonly #notes = new Map<string, Note>();
  #round = this.#notes.entries();

  /** How many are kept. */
  get size(): number {
    return this.#notes.size;
  }

  keep(key: string, text: string, forMs: number, nowMs: number): void {
    this.#forget(nowMs);
    this.#notes.set(key, { text, untilMs: nowMs + forMs });
  }

  take(key: string, nowMs: number): string | null {
    const note = this.#notes.get(key);
    this.#notes.delete(key);
    return note === undefined || note.untilMs <= nowMs ? null : note.text;
  }

  /** The round is over before as many again have come. */
  #forget(nowMs: number): void {
    for (let looked = 0; looked < LOOKED_AT; looked += 1) {
      const { value, done } = this.#round.next();
      if (done) this.#round = this.#notes.entries();
      else if (value[1].untilMs <= nowMs) this.#notes.delete(value[0]);
    }
  }
}
