import type { AdmissionStore, Awaitable, Denial, Lease } from '../admission/admission-store.js';
import { RANKS } from '../admission/admission.js';
import { AwaitedLease } from '../admission/awaited-lease.js';
import type { CallTurn } from '../call/call-turn.js';
import type { LimitRefusal } from '../admission/limit-refusal.js';
import { isPending } from '../admission/turnstile.js';
import type { WaitRequest } from '../admission/waiting.js';
import { toError } from '../errors/error-cause.js';
import type { LimitDomain } from './limit-domain.js';
import type { LimitAmounts, LimitPool } from './limit-pool.js';
import type { LimitRequest } from './limit-request.js';
import { RateLimitLease } from './rate-limit-lease.js';

/** How long work of one's own holds its claims if nobody settles them. */
const LEASE_MS = 600_000;

/** Work of one's own at the limits of a domain: it passes the same line as calls do. */
export class LoneRequest {
  readonly #amounts: Required<LimitAmounts>;
  readonly #ask: WaitRequest;

  constructor(
    private readonly request: LimitRequest,
    private readonly domain: LimitDomain,
    private readonly pool: LimitPool,
    private readonly store: AdmissionStore,
    defaults: CallTurn & { readonly maxWaitMs: number },
  ) {
    const { requests = 1, inputTokens = 0, outputTokens = 0, priority = 'normal', tenant = '', maxWaitMs } = request;
    this.#amounts = { requests, inputTokens, outputTokens };
    this.#ask = {
      claims: pool.claims(this.#amounts),
      places: null,
      rank: RANKS[priority],
      tenant,
      arrival: defaults.arrival,
      sinceMs: defaults.sinceMs,
      maxWaitMs: maxWaitMs ?? defaults.maxWaitMs,
    };
  }

  /** At once, or not at all. */
  async tryPass(): Promise<RateLimitLease | null> {
    const answer = await this.pool.line.tryPass(this.#ask);
    return answer?.granted ? this.#granted(answer) : null;
  }

  /** At once, or when its turn has come. */
  async pass(): Promise<RateLimitLease> {
    const { signal } = this.request;
    signal?.throwIfAborted();
    const answer = await this.pool.line.tryPass(this.#ask);
    const lease = answer?.granted ? answer : await this.#wait(answer, signal);
    return this.#granted(lease);
  }

  /** What it would be refused with if it came now; takes nothing. */
  async refusal(): Promise<LimitRefusal | null> {
    const { pool } = this;
    const standings = await pool.standing();
    return pool.line.refusal(this.#ask, { standings, asOfMs: this.#ask.sinceMs });
  }

  async #wait(denial: Denial | null, signal: AbortSignal | undefined): Promise<Lease> {
    // A store may have taken its time to answer.
    signal?.throwIfAborted();
    const { line } = this.pool;
    const awaited = new AwaitedLease();
    const waiting = line.join(this.#ask, awaited, denial);
    const onAbort = (): void => line.leave(waiting, toError(signal?.reason));
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      return await awaited.lease;
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }

  async #granted(lease: Lease): Promise<RateLimitLease> {
    const { pool, domain, store } = this;
    await store.renew([lease], this.request.leaseMs ?? LEASE_MS);
    return new RateLimitLease(domain.name, pool.name, this.#amounts, (used) => {
      const amounts = pool.used(used);
      pool.line.learn(lease.claims, amounts);
      const pending: Awaitable<void> = store.settle(lease, amounts);
      if (isPending(pending)) return pending.then(() => domain.wake(pool));
      return domain.wake(pool);
    });
  }
}
