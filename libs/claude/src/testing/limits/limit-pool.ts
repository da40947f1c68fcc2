import type { Clock } from '../../call/clock.js';
import type { ClassLimits } from './rate-limit.options.js';
import { TokenBucket } from './token-bucket.js';

/** What the headers say where nothing is enforced: more than one machine can send. */
const UNLIMITED = { requests: 10_000_000, inputTokens: 10_000_000_000, outputTokens: 2_000_000_000 };

/** Which bucket refused, and when it would not. */
export interface LimitRefusal {
  readonly what: 'requests' | 'input tokens' | 'output tokens';
  readonly limit: number;
  readonly retryAfterMs: number;
}

/** The three buckets of one organization and model class. */
export class LimitPool {
  readonly requests: TokenBucket;
  readonly inputTokens: TokenBucket;
  readonly outputTokens: TokenBucket;

  constructor(limits: ClassLimits, clock: Clock) {
    const bucket = (perMinute: number | undefined, unlimited: number): TokenBucket =>
      new TokenBucket(perMinute ?? unlimited, perMinute !== undefined, clock);
    this.requests = bucket(limits.requestsPerMinute, UNLIMITED.requests);
    this.inputTokens = bucket(limits.inputTokensPerMinute, UNLIMITED.inputTokens);
    this.outputTokens = bucket(limits.outputTokensPerMinute, UNLIMITED.outputTokens);
  }

  /** Takes one request and its input, or refuses and takes nothing. Output only has to be there: it is taken as it comes. */
  admit(inputTokens: number): LimitRefusal | null {
    const refusals = [
      refusal(this.requests, 1, 'requests'),
      refusal(this.inputTokens, inputTokens, 'input tokens'),
      refusal(this.outputTokens, 1, 'output tokens'),
    ].filter((refused) => refused !== null);
    if (refusals.length === 0) {
      this.requests.take(1);
      this.inputTokens.take(inputTokens);
      return null;
    }
    return refusals.reduce((worst, refused) => (refused.retryAfterMs > worst.retryAfterMs ? refused : worst));
  }
}

function refusal(bucket: TokenBucket, amount: number, what: LimitRefusal['what']): LimitRefusal | null {
  if (bucket.covers(amount)) return null;
  return { what, limit: bucket.limit, retryAfterMs: bucket.msUntil(amount) };
}
