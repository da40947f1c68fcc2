import { callContext } from '../call/context.js';
import type { ClaudeClient } from '../call/claude-client.js';
import type { Clock, Random } from '../call/clock.js';
import { classifyError } from '../errors/classify.js';
import type { FailureKind } from '../errors/failure-meaning.js';
import type { ProbeHealth } from './health-report.js';
import type { HealthProbeOptions } from './health.options.js';

/** What records of probes have as their `requestType`. */
export const PROBE_REQUEST_TYPE = 'health-probe';

/** By how much intervals may be longer than configured, so that replicas do not ask in step. */
const JITTER = 0.2;

/** After so many intervals an outcome says nothing any more: nobody has asked since. */
const OUTDATED_AFTER = 3;

/** What a probe is made of. */
export interface ActiveProbeOptions {
  readonly client: ClaudeClient;
  /** Where it asks: an endpoint that has a list of models. */
  readonly endpoint: string;
  readonly settings: Required<HealthProbeOptions>;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Asks the API for its models, which is free of charge, when it is looked at and the last time is long enough ago. Nobody
 * waits for the answer, and however many look, one request is under way at most. It holds no timer between requests.
 */
export class ActiveProbe {
  #last: { readonly failure: FailureKind | null; readonly atMs: number } | null = null;
  #underWay: AbortController | null = null;
  #dueAtMs = -Infinity;
  #isClosed = false;

  constructor(private readonly options: ActiveProbeOptions) {}

  look(): ProbeHealth {
    const { clock, random, settings } = this.options;
    const nowMs = clock.now();
    if (nowMs >= this.#dueAtMs && this.#underWay === null && !this.#isClosed) {
      this.#dueAtMs = nowMs + settings.intervalMs * (1 + JITTER * random());
      void this.#ask();
    }
    return this.#report(nowMs);
  }

  /** Ends what is under way, and asks no more. */
  close(): void {
    this.#isClosed = true;
    this.#underWay?.abort();
  }

  async #ask(): Promise<void> {
    const { client, endpoint, settings, clock } = this.options;
    const controller = new AbortController();
    this.#underWay = controller;
    let failure: FailureKind | null = null;
    try {
      const context = { endpoint, requestType: PROBE_REQUEST_TYPE, deadlineMs: settings.timeoutMs };
      await client.models.list({ limit: 1 }, { ...callContext(context), maxRetries: 0, signal: controller.signal });
    } catch (error) {
      failure = classifyError(error).kind;
    }
    this.#underWay = null;
    if (!controller.signal.aborted) this.#last = { failure, atMs: clock.now() };
  }

  #report(nowMs: number): ProbeHealth {
    const last = this.#last;
    if (last === null || nowMs - last.atMs > OUTDATED_AFTER * this.options.settings.intervalMs) {
      return { status: 'up', outcome: 'none', failure: null, agoMs: null };
    }
    const { failure, atMs } = last;
    const agoMs = nowMs - atMs;
    return failure === null
      ? { status: 'up', outcome: 'succeeded', failure, agoMs }
      : { status: 'degraded', outcome: 'failed', failure, agoMs };
  }
}
