import { MemoryAdmissionStore, type Meter, type RateMeter, type SlotMeter } from 'nestjs-claude';
import { GatewayError } from '../errors/gateway-error.js';
import type { GatewayKey } from './gateway-keys.js';

/** Longer than any request: what is taken is given back when its request ends, however that is. */
const LEASE_MS = 24 * 3_600_000;
/** When to come back where only another request's end can help, which nobody can foretell. */
const SOON_MS = 1_000;

const NOTHING_HELD = (): void => undefined;

/** Holds each key to its own limits. They are the gateway's, and come before those of the API. */
export class KeyLimits {
  readonly #store = new MemoryAdmissionStore();
  readonly #meters = new Map<GatewayKey, readonly Meter[]>();

  /**
   * Counts a request.
   *
   * @returns What to call when it is over.
   * @throws GatewayError (429) with the time to come back at.
   */
  take(key: GatewayKey): () => void {
    const meters = this.#metersOf(key);
    if (meters.length === 0) return NOTHING_HELD;
    const used = meters.map(() => 1);
    const lease = this.#store.acquire({ meters, amounts: used }, { leaseMs: LEASE_MS });
    if (!lease.granted) throw limited(lease.meter.label, lease.waitMs ?? SOON_MS);
    // A request is used as soon as it is there, a place as long as it lasts.
    this.#store.settle(
      lease,
      meters.map(({ kind }) => (kind === 'rate' ? 1 : null)),
    );
    return () => this.#store.settle(lease, used);
  }

  #metersOf(key: GatewayKey): readonly Meter[] {
    const known = this.#meters.get(key) ?? metersOf(key);
    this.#meters.set(key, known);
    return known;
  }
}

function metersOf({ id, requestsPerMinute, maxConcurrent }: GatewayKey): Meter[] {
  return [
    ...(requestsPerMinute === undefined ? [] : [requestMeter(id, requestsPerMinute)]),
    ...(maxConcurrent === undefined ? [] : [placeMeter(id, maxConcurrent)]),
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
