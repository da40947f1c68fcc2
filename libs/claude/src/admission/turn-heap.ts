/** Somebody's place in a sequence of turns. */
export interface Turn {
  /** Lower is earlier. */
  startsAt: number;
  /** Decides between those that start at the same: lower is earlier, no two are the same. */
  ticket: number;
  /** Where the heap keeps it. */
  place: number;
}

/** A binary heap whose items know their place, so that any of them can leave or be put off in O(log n). */
export class TurnHeap<T extends Turn> {
  readonly #turns: T[] = [];

  get first(): T | undefined {
    return this.#turns[0];
  }

  add(turn: T): void {
    turn.place = this.#turns.length;
    this.#turns.push(turn);
    this.#rise(turn);
  }

  /** Moves a turn of the heap to where it belongs now that it is later than before. */
  putOff(turn: T, startsAt: number, ticket: number): void {
    turn.startsAt = startsAt;
    turn.ticket = ticket;
    this.#sink(turn);
  }

  delete(turn: T): void {
    const last = this.#turns.pop();
    if (last === undefined || last === turn) return;
    this.#put(last, turn.place);
    this.#rise(last);
    this.#sink(last);
  }

  #rise(turn: T): void {
    while (turn.place > 0) {
      const parent = this.#turns[(turn.place - 1) >> 1];
      if (parent === undefined || !isBefore(turn, parent)) return;
      this.#swap(turn, parent);
    }
  }

  #sink(turn: T): void {
    for (;;) {
      const child = this.#earlierChild(turn.place);
      if (child === undefined || !isBefore(child, turn)) return;
      this.#swap(turn, child);
    }
  }

  #earlierChild(place: number): T | undefined {
    const left = this.#turns[2 * place + 1];
    const right = this.#turns[2 * place + 2];
    return left !== undefined && right !== undefined && isBefore(right, left) ? right : left;
  }

  #swap(one: T, other: T): void {
    const { place } = one;
    this.#put(one, other.place);
    this.#put(other, place);
  }

  #put(turn: T, place: number): void {
    this.#turns[place] = turn;
    turn.place = place;
  }
}

function isBefore(one: Turn, other: Turn): boolean {
  return one.startsAt < other.startsAt || (one.startsAt === other.startsAt && one.ticket < other.ticket);
}
