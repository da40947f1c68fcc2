import { MemoryAdmissionStore, type Lease, type Meter } from 'nestjs-claude';
import { GatewayError } from '../errors/gateway-error.js';
import type { CountedTokens } from './call-usage.js';
import type { GatewayKey } from './gateway-keys.js';
import { metersOf, type Counted } from './key-meters.js';

/** Longer than any request: what is taken is given back when its request ends, however that is. */
const LEASE_MS = 24 * 3_600_000;
/** When to come back where only another request's end can help, which nobody can foretell. */
const SOON_MS = 1_000;

/** The limits of a key that hold for a request, as they are asked of the store. */
interface LimitsOfKey {
  readonly meters: readonly Meter[];
  /** What each meter counts. */
  readonly counted: readonly Counted[];
  readonly hasTokens: boolean;
}

/** Holds each key to its own limits. They are the gateway's, and come before those of the API. */
export class KeyLimits {
  readonly #store = new MemoryAdmissionStore();
  readonly #withTokens = new Map<GatewayKey, LimitsOfKey>();
  readonly #withoutTokens = new Map<GatewayKey, LimitsOfKey>();

  /**
   * Counts a request.
   *
   * @param estimate Says what tokens it is thought to use; asked where the key has a limit of them. `null` for a request that
   *   uses none.
   * @returns What it holds of the key's limits; `null` where it has none.
   * @throws GatewayError (429) with the time to come back at.
   */
  take(key: GatewayKey, estimate: (() => CountedTokens) | null): HeldLimits | null {
    const { meters, counted, hasTokens } = this.#limitsOf(key, estimate !== null);
    if (meters.length === 0) return null;
    const expected = hasTokens && estimate !== null ? estimate() : null;
    const amounts = counted.map((counts) => (expected !== null && isTokens(counts) ? expected[counts] : 1));
    const lease = this.#store.acquire({ meters, amounts }, { leaseMs: LEASE_MS });
    if (!lease.granted) throw limited(lease.meter.label, lease.waitMs ?? SOON_MS);
    const held = new HeldLimits(this.#store, lease, counted, hasTokens);
    // A request is used as soon as it is there, a place as long as it lasts, tokens when its call is over.
    held.settle((counts) => (counts === 'requests' ? 1 : null));
    return held;
  }

  #limitsOf(key: GatewayKey, usesTokens: boolean): LimitsOfKey {
    const known = usesTokens ? this.#withTokens : this.#withoutTokens;
    const limits = known.get(key) ?? limitsOf(key, usesTokens);
    known.set(key, limits);
    return limits;
  }
}

/** What a request holds of its key's limits. */
export class HeldLimits {
  constructor(
    private readonly store: MemoryAdmissionStore,
    private readonly lease: Lease,
    private readonly counted: readonly Counted[],
    /** Whether tokens are among it. */
    readonly hasTokens: boolean,
  ) {}

  /** The request is over. */
  leave(): void {
    this.settle((counts) => (counts === 'places' ? 1 : null));
  }

  /** Its call is over, or was never made. */
  used(tokens: CountedTokens): void {
    this.settle((counts) => (isTokens(counts) ? tokens[counts] : null));
  }

  /** @param amountOf Says what was used of each limit; `null` for what stays held. */
  settle(amountOf: (counts: Counted) => number | null): void {
    this.store.settle(this.lease, this.counted.map(amountOf));
  }
}

function limitsOf(key: GatewayKey, usesTokens: boolean): LimitsOfKey {
  const limits = metersOf(key, usesTokens);
  return {
    meters: limits.map(({ meter }) => meter),
    counted: limits.map(({ counts }) => counts),
    hasTokens: limits.some(({ counts }) => isTokens(counts)),
  };
}

function isTokens(counts: Counted): counts is keyof CountedTokens {
  return counts === 'inputTokens' || counts === 'outputTokens';
}

function limited(limit: string, waitMs: number): GatewayError {
  const message = `This key is at its limit of ${limit}.`;
  return new GatewayError(429, 'rate_limit_error', message, {
    'retry-after': String(Math.ceil(waitMs / 1_000)),
    'x-claude-refusal': 'key_limited',
  });
}
