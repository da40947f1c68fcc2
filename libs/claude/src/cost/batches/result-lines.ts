import { latin1 } from '../../call/event-scanner.js';
import { normalizeUsage, type Usage } from '../../call/usage.js';
import { fieldsOf } from '../pricing/planned-hops.js';

/** No answer is larger, nor is any request. ("Errors" in the Anthropic API docs) */
const MAX_LINE_BYTES = 32 * 1024 * 1024;

/** What one request of a batch used. */
export interface BatchUse {
  readonly customId: string;
  /** The model that answered. */
  readonly model: string;
  readonly usage: Usage;
}

/**
 * Finds in the results of a message batch, a JSON line each, what its requests used: `result.message.usage` of those that
 * succeeded. Others cost nothing. Reads along as the bytes pass, and keeps of them a line that is not complete.
 */
export class ResultLines {
  /** Of the requests that succeeded. */
  readonly uses: BatchUse[] = [];
  /** Results of any kind. */
  count = 0;
  /** The beginning of a line, in the pieces in which it arrived; `null` once there was something that nobody can read. */
  #pending: string[] | null = [];
  #pendingBytes = 0;

  /** Whether each line so far was understood. */
  get isReadable(): boolean {
    return this.#pending !== null;
  }

  push(chunk: Uint8Array): void {
    if (this.#pending === null) return;
    // One character a byte: what is looked for is ASCII, and text that is not decoded is parsed in a quarter of the time.
    const text = latin1(chunk);
    let start = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      this.#line(text.slice(start, end));
      start = end + 1;
    }
    this.#keep(text.slice(start));
  }

  /** The last line may lack its end. */
  end(): void {
    this.#line('');
  }

  #keep(rest: string): void {
    if (this.#pending === null || rest === '') return;
    this.#pending.push(rest);
    this.#pendingBytes += rest.length;
    if (this.#pendingBytes > MAX_LINE_BYTES) this.#pending = null;
  }

  #line(rest: string): void {
    if (this.#pending === null) return;
    const line = this.#pending.length === 0 ? rest : this.#pending.join('') + rest;
    this.#pending = [];
    this.#pendingBytes = 0;
    if (line.trim() === '') return;
    try {
      this.#result(line);
    } catch {
      this.#pending = null;
    }
  }

  /** All of a line is parsed, as its reader will do once more: a scan for the usage alone costs hardly less. */
  #result(line: string): void {
    const { custom_id: customId, result } = fieldsOf(JSON.parse(line));
    const { type, message } = fieldsOf(result);
    if (typeof type !== 'string' || typeof customId !== 'string') throw new TypeError('No result.');
    this.count += 1;
    if (type !== 'succeeded') return;
    const { model, usage: raw } = fieldsOf(message);
    const usage = normalizeUsage(raw);
    if (usage === null || typeof model !== 'string') throw new TypeError('A result that succeeded, without its usage.');
    // A batch is billed as one, whatever its answers say of it.
    this.uses.push({ customId, model, usage: { ...usage, serviceTier: 'batch' } });
  }
}
