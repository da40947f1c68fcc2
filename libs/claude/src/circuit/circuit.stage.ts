import type { Attempt, AttemptListener } from '../call/attempt.js';
import type { Call } from '../call/call.js';
import type { Stage } from '../call/stage.js';
import { endpointVerdict, modelVerdict } from './attempt-verdict.js';
import type { CircuitBreaker } from './circuit-breaker.js';
import { acquire } from './circuit-open.js';
import type { CircuitTicket } from './circuit-ticket.js';
import type { CircuitRegistry } from './circuit.registry.js';

/** A probe is waited for a little longer than its attempt may take, so that the attempt's own end is what counts. */
const LEASE_SLACK_MS = 5_000;

/**
 * Lets an attempt through when the circuits of its endpoint and of the model there both do, and tells them how it ended.
 *
 * @throws CircuitOpenError before anything is sent.
 */
export function circuitStage(registry: CircuitRegistry): Stage {
  return async (call, next) => {
    const permits = AttemptPermits.of(call, registry);
    const attemptsBefore = call.attemptCount;
    try {
      const answer = await next(call);
      if (answer.ok) permits.committed(call.attempt);
      return answer;
    } finally {
      permits.follow(call.attemptCount > attemptsBefore ? call.attempt : undefined);
    }
  };
}

/** What one attempt holds of its two circuits, until its end. */
class AttemptPermits implements AttemptListener {
  /** When the answer was handed out, from the start of the attempt; `null` until then. */
  #answeredAfterMs: number | null = null;

  private constructor(
    private readonly attemptTimeoutMs: number,
    private readonly endpoint: CircuitBreaker,
    private readonly model: CircuitBreaker,
    private readonly endpointTicket: CircuitTicket,
    private readonly modelTicket: CircuitTicket,
  ) {}

  static of(call: Call, registry: CircuitRegistry): AttemptPermits {
    const { attemptTimeoutMs, endpoint: at } = call;
    const leaseMs = attemptTimeoutMs + LEASE_SLACK_MS;
    const endpoint = registry.rollUp(at.name);
    const model = registry.pair(at.name, judgedModel(call));
    const endpointTicket = acquire(endpoint, leaseMs);
    try {
      return new AttemptPermits(attemptTimeoutMs, endpoint, model, endpointTicket, acquire(model, leaseMs));
    } catch (refusal) {
      endpointTicket.result('neutral');
      throw refusal;
    }
  }

  /** An answer that may be handed out is all that a probe was for: the rest of a long one is not waited for. */
  committed(attempt: Attempt | undefined): void {
    if (attempt === undefined || attempt.ended) return;
    this.#answeredAfterMs = attempt.elapsedMs;
    if (this.endpointTicket.isProbe) this.endpointTicket.result('success');
    if (this.modelTicket.isProbe) this.modelTicket.result('success', this.#isSlow(attempt));
  }

  /** Waits for the end of the attempt; when none was made, neither circuit has learnt anything. */
  follow(attempt: Attempt | undefined): void {
    if (attempt !== undefined) {
      attempt.follow(this);
      return;
    }
    this.endpointTicket.result('neutral');
    this.modelTicket.result('neutral');
  }

  attemptEnded(attempt: Attempt): void {
    this.endpointTicket.result(endpointVerdict(attempt));
    const verdict = modelVerdict(attempt, this.attemptTimeoutMs, this.#answeredAfterMs !== null);
    this.modelTicket.result(verdict, this.#isSlow(attempt));
    attempt.circuitOpen = this.endpoint.refusal() !== null || this.model.refusal() !== null;
  }

  #isSlow(attempt: Attempt): boolean {
    return this.model.countsSlowCalls && this.model.isSlow(this.#answeredAfterMs ?? attempt.elapsedMs);
  }
}

/**
 * Counting tokens runs no model, so it says nothing of one: it has a circuit of its own, called by the name of its rate
 * limit, or else messages would be refused because they cannot be counted.
 */
function judgedModel({ operation: { limit }, effectiveModel }: Call): string | null {
  return limit === 'token_count' ? limit : effectiveModel;
}
