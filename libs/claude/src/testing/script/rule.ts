import { faultSchema } from '../faults/fault.schema.js';
import type { Fault } from '../faults/fault.js';
import { latencySchema } from '../latency.schema.js';
import type { Latency } from '../simulator.options.js';
import { parseOrExplain } from '../validation.js';

/** What a rule does with one request. */
export interface Directive<R> {
  /** `undefined`: the default answer. */
  readonly reply: R | undefined;
  /** What happens to the answer; `undefined`: nothing. */
  readonly fault: Fault | undefined;
  readonly delayMs: number;
  readonly latency: Latency;
}

/** A directive and how often it still holds. */
export interface RuleStep<R> extends Directive<R> {
  readonly remaining: number | undefined;
}

/**
 * What the simulator does with the requests a rule matches. Settings are about the newest step; `then...` adds a step
 * that takes over when the one before it is used up. A step without `times` holds for good, unless another follows it:
 * then it holds once.
 *
 * ```ts
 * sim.onMessage({ model: 'claude-haiku-5-5' }).failWith(529).times(2).thenReply('recovered');
 * ```
 */
export class Rule<R> {
  readonly #steps: RuleStep<R>[];

  /** Made by `onMessage` and its like, which own the steps. */
  constructor(steps: RuleStep<R>[]) {
    this.#steps = steps;
    if (steps.length === 0) steps.push({ ...FIRST_STEP });
  }

  /** Answers with this. */
  reply(reply: R): this {
    return this.#change({ reply });
  }

  /**
   * Fails: with a status and the API's usual body for it, or with a fault. A fault about the body acts on what `reply`
   * says, else on the default answer.
   */
  failWith(fault: number | Fault): this {
    return this.#change({ fault: checkedFault(fault) });
  }

  /** How many requests the newest step is for. */
  times(count: number): this {
    if (!Number.isInteger(count) || count < 1)
      throw new RangeError(`times() takes an integer of 1 or more, got ${count}.`);
    return this.#change({ remaining: count });
  }

  once(): this {
    return this.times(1);
  }

  /** Adds a step that answers with this. */
  thenReply(reply: R): this {
    return this.#then({ ...FIRST_STEP, reply });
  }

  /** Adds a step that fails with this. */
  thenFailWith(fault: number | Fault): this {
    return this.#then({ ...FIRST_STEP, fault: checkedFault(fault) });
  }

  /** Waits this many milliseconds, by the simulator's clock, before anything of the answer is sent. */
  after(delayMs: number): this {
    if (!(delayMs >= 0)) throw new RangeError(`after() takes milliseconds of 0 or more, got ${delayMs}.`);
    return this.#change({ delayMs });
  }

  /** Replaces single figures of the simulator's own latency. */
  latency(latency: Latency): this {
    return this.#change({ latency: parseOrExplain(latencySchema, latency, 'latency') });
  }

  #change(change: Partial<RuleStep<R>>): this {
    const newest = this.#steps.pop() ?? FIRST_STEP;
    this.#steps.push({ ...newest, ...change });
    return this;
  }

  #then(step: RuleStep<R>): this {
    const newest = this.#steps.at(-1);
    if (newest && newest.remaining === undefined) this.times(1);
    this.#steps.push(step);
    return this;
  }
}

const FIRST_STEP = { reply: undefined, fault: undefined, delayMs: 0, latency: {}, remaining: undefined };

function checkedFault(fault: number | Fault): Fault {
  const full = typeof fault === 'number' ? { kind: 'status', status: fault } : fault;
  return parseOrExplain(faultSchema, full, 'fault');
}
