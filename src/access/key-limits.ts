import { MemoryAdmissionStore, type Claim, type RateMeter, type SlotMeter } from 'nestjs-claude';
import { GatewayError } from '../errors/gateway-error.js';
import type { GatewayKey } from './gateway-keys.js';

/** Longer than any request: what is taken is given back when its request ends, however that is. */
const LEASE_MS = 24 * 3_600_000;
/** When to come back where only another request's end can help, which nobody can foretell. */
const SOON_MS = 1_000;

/** Holds each key to its own limits. They are the gateway's, and come before those of the API. */
export class KeyLimits {
  readonly #store = new MemoryAdmissionStore();

  /**
   * Counts a request.
   *
   * @returns What to call when it is over.
   * @throws GatewayError (429) with the time to come back at.
   */
  take(key: GatewayKey): () => void {
    const claims = claimsOf(key);
    if (claims.length === 0) return () => undefined;
    const lease = this.#store.acquire(claims, { leaseMs: LEASE_MS });
    if (lease.granted) {
      // A request is used as soon as it is there, a place as long as it lasts.
      const used = claims.map(({ amount }) => amount);
      this.#store.settle(
        lease,
        claims.map(({ meter, amount }) => (meter.kind === 'rate' ? amount : null)),
      );
      return () => this.#store.settle(lease, used);
    }
    throw limited(lease.meter.label, lease.waitMs ?? SOON_MS);
  }
}

function claimsOf({ id, requestsPerMinute, maxConcurrent }: GatewayKey): Claim[] {
  return [
    ...(requestsPerMinute === undefined ? [] : [{ meter: requestMeter(id, requestsPerMinute), amount: 1 }]),
    ...(maxConcurrent === undefined ? [] : [{ meter: placeMeter(id, maxConcurrent), amount: 1 }]),
  ];
}

function requestMeter(id: string, limit: number): RateMeter {
  return {
    kind: 'rate',
    key: `gateway-key/${id}/requests`,
    label: `${limit} requests per minute`,
    limit,
    isGuess: false,
    refillShare: 1,
    burstShare: 1,
    minBurst: 1,
    counted: 'at-start',
  };
}

function placeMeter(id: string, limit: number): SlotMeter {
  return { kind: 'slots', key: `gateway-key/${id}/places`, label: `${limit} requests at a time`, limit };
}

function limited(limit: string, waitMs: number): GatewayError {
  const message = `This key is at its limit of ${limit}.`;
  return new GatewayError(429, 'rate_limit_error', message, {
    'retry-after': String(Math.ceil(waitMs / 1_000)),
    'x-claude-refusal': 'key_limited',
  });
}
