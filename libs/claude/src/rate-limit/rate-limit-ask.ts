import type { AdaptiveConcurrency } from '../admission/adaptive-concurrency.js';
import type { Lease } from '../admission/admission-store.js';
import type { AttemptAsk, UsedAmounts } from '../admission/attempt-ask.js';
import type { Claims } from '../admission/meter.js';
import type { WaitingLine } from '../admission/waiting-line.js';
import type { Attempt } from '../call/attempt.js';
import type { Usage } from '../call/usage.js';
import { DIMENSION, type LimitAmounts, type LimitPool } from './limit-pool.js';
import type { TokenEstimate } from './token-estimator.js';

const NO_TOKENS: LimitAmounts = Object.freeze({ inputTokens: 0, outputTokens: 0 });
const NOTHING: LimitAmounts = Object.freeze({ requests: 0, inputTokens: 0, outputTokens: 0 });
const REQUEST_SENT: UsedAmounts = Object.freeze([null, 1, null, null, null]);
const REQUEST_SENT_ALONE: UsedAmounts = Object.freeze([null, 1]);

/** Whoever learns from what attempts come to. */
export interface AttemptObserver {
  answered(ask: RateLimitAsk, headers: Headers, lease: Lease): void;
  ended(ask: RateLimitAsk, attempt: Attempt): void;
  settled(ask: RateLimitAsk): void;
}

/** What one attempt asks of the rate limits, and what it used of them. */
export class RateLimitAsk implements AttemptAsk {
  readonly claims: Claims;
  #input: number | null = null;

  constructor(
    readonly pool: LimitPool,
    readonly places: AdaptiveConcurrency | null,
    readonly tenant: string,
    /** What it was thought to use; `null` where tokens are not counted. */
    readonly estimate: TokenEstimate | null,
    private readonly observer: AttemptObserver,
  ) {
    this.claims = pool.claims(estimate ?? NO_TOKENS);
  }

  get line(): WaitingLine {
    return this.pool.line;
  }

  /** From here on the API has counted the request, whatever becomes of it. */
  sent(): UsedAmounts {
    return this.pool.countsTokens ? REQUEST_SENT : REQUEST_SENT_ALONE;
  }

  inputKnown(usage: Usage): UsedAmounts {
    this.#input = limitedInput(usage);
    return [null, null, this.#input, null, null];
  }

  answered(headers: Headers, lease: Lease): void {
    this.observer.answered(this, headers, lease);
  }

  ended(attempt: Attempt): UsedAmounts {
    this.observer.ended(this, attempt);
    const amounts = this.#amounts(attempt);
    // Server tools read more as they go, beyond what the beginning of the stream told.
    if (this.#input !== null) this.pool.charge(DIMENSION.inputTokens, amounts.inputTokens - this.#input);
    return this.pool.used(amounts);
  }

  wake(): void {
    this.observer.settled(this);
  }

  #amounts({ sent, usage }: Attempt): LimitAmounts {
    if (!sent) return NOTHING;
    if (usage === null || this.estimate === null) return NO_TOKENS;
    // Of an outcome that nobody knows, the worst is assumed: what was thought it would use.
    if (usage.quality === 'estimated') return this.estimate;
    return { inputTokens: limitedInput(usage), outputTokens: outputOf(usage) };
  }
}

/** Input that counts against limits: all but cache reads. (Anthropic API docs, "Rate limits") */
function limitedInput(usage: Usage): number {
  let tokens = usage.inputTokens + usage.cacheWrite5mTokens + usage.cacheWrite1hTokens;
  for (const each of usage.iterations) {
    if (each.model === null) tokens += each.inputTokens + each.cacheWrite5mTokens + each.cacheWrite1hTokens;
  }
  return tokens;
}

function outputOf(usage: Usage): number {
  let tokens = usage.outputTokens;
  for (const each of usage.iterations) if (each.model === null) tokens += each.outputTokens;
  return tokens;
}
