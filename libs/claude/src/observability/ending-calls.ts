import type { Call } from '../call/call.js';
import type { CallRecord } from '../call/record.js';

interface Ending {
  readonly record: CallRecord;
  readonly call: Call;
  /** Whose end brought this one about; `null` for nobody's. */
  readonly outer: Ending | null;
}

/** The calls whose records are being told: the last one, and those whose end brought it about. */
export class EndingCalls {
  #innermost: Ending | null = null;

  begin(record: CallRecord, call: Call): void {
    this.#innermost = { record, call, outer: this.#innermost };
  }

  /** The record of the last one has been told. */
  end(): void {
    this.#innermost = this.#innermost?.outer ?? null;
  }

  /** The call of a record that is being told; of no other. */
  callOf(record: CallRecord): Call | undefined {
    let ending = this.#innermost;
    while (ending !== null && ending.record !== record) ending = ending.outer;
    return ending?.call;
  }
}
