import type { Attempt } from '../../call/attempt.js';
import type { CallContext } from '../../call/context.js';
import { composeStages, type NextStage } from '../../call/stage.js';
import { circuitStage } from '../../circuit/circuit.stage.js';
import { errorBody, errorTypeOfStatus } from '../../errors/error-body.js';
import { summarizeFailure } from '../../errors/failure-summary.js';
import { LiveKey } from '../../keys/live-key.js';
import { callFor } from '../../retry/spec-support/scripted-attempts.js';
import { createRandom } from '../../testing/seed.js';
import type { PoolEndpoint } from '../pool-endpoint.js';
import { routeStage } from '../route.stage.js';
import { TestPool, type TestPoolOptions } from './test-pool.js';

/** What is the matter with an endpoint: it cannot be reached, or answers everything with a status. */
export type WorldFault = 'unreachable' | 401 | 403 | 500 | 529;

export const MODEL = 'claude-haiku-5-5';

/** Refusals of a model in a row that are taken for certain. */
const CERTAIN = 3;

interface UnderWay {
  readonly attempt: Attempt;
  readonly endpoint: PoolEndpoint;
  readonly outcome: Promise<unknown>;
  readonly finish: (ending: Response | Error) => void;
}

/** A pool with its circuits and keys, before endpoints that fail as a test says. It keeps account of what was shown. */
export class BalancerWorld {
  readonly test: TestPool;
  readonly underWay: UnderWay[] = [];
  readonly #faults = new Map<PoolEndpoint, WorldFault>();
  /** Refusals of the model in a row. */
  readonly #refused = new Map<PoolEndpoint, number>();
  readonly #pipeline: NextStage;
  #begun: Omit<UnderWay, 'outcome'> | null = null;

  constructor(options: TestPoolOptions, seed: number) {
    this.test = new TestPool({ random: createRandom(seed), ...options });
    const { pool, circuits } = this.test;
    this.#pipeline = composeStages([routeStage(pool), circuitStage(circuits)], (call) => {
      const attempt = call.beginAttempt();
      const endpoint = call.endpoint as PoolEndpoint;
      const key = endpoint.key?.next();
      if (key instanceof LiveKey) attempt.key = key;
      attempt.markSent();
      return new Promise((resolve, reject) => {
        const finish: UnderWay['finish'] = (ending) => (ending instanceof Error ? reject(ending) : resolve(ending));
        this.#begun = { attempt, endpoint, finish };
      });
    });
  }

  get endpoints(): readonly PoolEndpoint[] {
    return this.test.pool.endpoints;
  }

  at(index: number): PoolEndpoint {
    const { endpoints } = this.test.pool;
    return endpoints[index % endpoints.length] ?? endpoints[0];
  }

  /** Those that nothing is known of that would keep calls away for certain. */
  get open(): readonly PoolEndpoint[] {
    const { circuits } = this.test;
    return this.endpoints.filter(
      ({ name, isDrained, keyOutForMs }) =>
        !isDrained &&
        keyOutForMs === 0 &&
        (circuits.find({ endpoint: name })?.refusal() ?? null) === null &&
        (circuits.find({ endpoint: name, model: MODEL })?.refusal() ?? null) === null,
    );
  }

  /** Whether the model was refused there, and so often that it is certain. */
  doubt(endpoint: PoolEndpoint): 'none' | 'thin' | 'firm' {
    const refused = this.#refused.get(endpoint) ?? 0;
    return refused === 0 ? 'none' : refused < CERTAIN ? 'thin' : 'firm';
  }

  /** Begins a call. Where it went, or what it was refused with. */
  async begin(context: CallContext = {}): Promise<PoolEndpoint | Error> {
    this.#begun = null;
    const outcome = this.#pipeline(callFor(this.test.clock, { model: MODEL, context })).then(
      () => null,
      (error: Error) => error,
    );
    const begun = this.#begun as Omit<UnderWay, 'outcome'> | null;
    if (begun === null) return (await outcome) ?? new Error('It was answered without an attempt.');
    this.underWay.push({ ...begun, outcome });
    return begun.endpoint;
  }

  /** Ends a call that is under way as its endpoint lets it. */
  async end(which = this.underWay.length - 1): Promise<void> {
    const [call] = this.underWay.splice(which % Math.max(1, this.underWay.length), 1);
    if (call === undefined) return;
    const { attempt, endpoint, outcome, finish } = call;
    const ending = endingOf(attempt, this.#faults.get(endpoint));
    if (attempt.key !== null && attempt.status === 401) await endpoint.key?.refused(attempt.key);
    if (attempt.key?.suspect === true && attempt.status === 200) endpoint.key?.accepted(attempt.key);
    if (attempt.status === 403) this.#refused.set(endpoint, (this.#refused.get(endpoint) ?? 0) + 1);
    if (attempt.status === 200) this.#refused.delete(endpoint);
    finish(ending);
    await outcome;
  }

  fault(index: number, fault: WorldFault | null): void {
    if (fault === null) this.#faults.delete(this.at(index));
    else this.#faults.set(this.at(index), fault);
  }

  drain(index: number): void {
    this.test.pool.drain(this.at(index));
  }

  restore(index: number): void {
    this.at(index).restore();
    this.#refused.delete(this.at(index));
  }

  advance(ms: number): void {
    this.test.clock.advance(ms);
  }
}

function endingOf(attempt: Attempt, fault: WorldFault | undefined): Response | Error {
  if (fault === 'unreachable') {
    const error = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    attempt.error = error;
    attempt.end(summarizeFailure(error, { ofTransport: true }));
    return error;
  }
  const status = fault ?? 200;
  const body = errorBody(errorTypeOfStatus(status), 'as the test says');
  const answer = new Response(JSON.stringify(body), { status });
  attempt.answered(answer);
  attempt.end(answer.ok ? null : summarizeFailure(body, answer));
  return answer;
}
