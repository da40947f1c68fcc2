/** What is known of the calls that were made: what they became, and what they cost, of all modules together. */
export class Books {
  /** Calls that ended, by kind of outcome. */
  outcomes = {};
  #broken = [];
  #open = new Map();
  #seen = new Set();
  /** What attempts cost that may have been billed since the last look, by the API's id of the request. */
  #known = new Map();
  /** Those for which no id came back. */
  #unknown = 0;

  /** Keeps what a module tells. Returns what it books: all of it in nano-dollars, and by id since somebody cleared that. */
  watch({ claude, costs }) {
    const booked = { nanoUsd: 0, entries: new Map() };
    claude.records.subscribe((record) => this.#ended(record));
    costs.entries.subscribe(({ id, costNanoUsd }) => {
      booked.nanoUsd += costNanoUsd;
      if (booked.entries.has(id)) this.#broken.push(`entry ${id} was booked twice`);
      booked.entries.set(id, costNanoUsd);
    });
    return booked;
  }

  made(id, call) {
    this.#open.set(id, call);
  }

  /** The caller has what it wanted, or has left; `error` is what it was told, if anything. */
  returned(id, { mayVanish, mustSucceed }, error) {
    if (mayVanish) this.#open.delete(id);
    if (mustSucceed && error !== undefined)
      this.#broken.push(`a call that nothing happened to was told: ${error?.message ?? error}`);
  }

  #ended({ id, correlationId, outcome, attempts }) {
    this.#open.delete(correlationId);
    this.outcomes[outcome.kind] = (this.outcomes[outcome.kind] ?? 0) + 1;
    if (this.#seen.has(id)) this.#broken.push(`call ${id} has two records`);
    this.#seen.add(id);
    for (const { requestId, cost } of attempts) {
      if (requestId !== null) this.#known.set(requestId, cost);
      else if (cost !== null) this.#unknown += 1;
    }
  }

  /** Everything is over: is there a record of each call, and does each bill have what was booked for it? Starts anew. */
  close(billed, priceOf) {
    const broken = this.#broken.splice(0);
    if (this.#open.size > 0) {
      const numbers = new Set([...this.#open.values()].map(({ number }) => number));
      broken.push(`${this.#open.size} calls have no record, of faults ${[...numbers].join(', ')}`);
    }
    broken.push(...this.#heldAgainst(billed, priceOf));
    this.#open.clear();
    this.#seen.clear();
    this.#known.clear();
    this.#unknown = 0;
    return broken;
  }

  #heldAgainst(billed, priceOf) {
    const broken = [];
    let strangers = 0;
    for (const { requestId, model, usage } of billed) {
      const cost = this.#known.get(requestId);
      if (cost === undefined) strangers += requestId.startsWith('msgbatch_') ? 0 : 1;
      else if (cost === null) broken.push(`request ${requestId} was billed, and nothing was booked for it`);
      else if (cost.accuracy === 'exact' && cost.nanoUsd !== priceOf(model, usage))
        broken.push(`request ${requestId} cost ${priceOf(model, usage)} nano-dollars, and ${cost.nanoUsd} were booked`);
    }
    if (strangers > this.#unknown)
      broken.push(
        `${strangers} requests were billed that nobody knows of, and no more than ${this.#unknown} may have been`,
      );
    return broken;
  }
}
