import type { RecordLevel } from '../simulator.options.js';
import { addUsage, NOTHING_BILLED, type Billed, type BilledMessage } from './billed.js';
import type { RecordedRequest, RequestDraft } from './recorded-request.js';

/** Keeps what the simulator remembers. */
export class Recorder {
  readonly level: RecordLevel;
  #requests: RecordedRequest[] = [];
  #messages: BilledMessage[] = [];
  #totals = NOTHING_BILLED;

  constructor(level: RecordLevel) {
    this.level = level;
  }

  get requests(): readonly RecordedRequest[] {
    return this.#requests;
  }

  get billed(): Billed {
    return { totals: this.#totals, messages: this.#messages };
  }

  add(request: RequestDraft): void {
    this.#requests.push(request);
  }

  bill(message: BilledMessage): void {
    this.#totals = addUsage(this.#totals, message.usage);
    if (this.level !== 'none') this.#messages.push(message);
  }

  clear(): void {
    this.#requests = [];
    this.#messages = [];
    this.#totals = NOTHING_BILLED;
  }
}
