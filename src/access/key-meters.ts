import type { Meter, RateMeter, SlotMeter } from 'nestjs-claude';
import type { CountedTokens } from './call-usage.js';
import type { GatewayKey } from './gateway-keys.js';

/** What a limit of a key counts. */
export type Counted = 'requests' | 'places' | keyof CountedTokens;

/** A limit of a key. */
export interface KeyMeter {
  readonly counts: Counted;
  readonly meter: Meter;
}

/** The limits of a key that hold for a request; those of tokens only where it is answered with some. */
export function metersOf(key: GatewayKey, usesTokens: boolean): readonly KeyMeter[] {
  const { id, requestsPerMinute, maxConcurrent } = key;
  return [
    ...(requestsPerMinute === undefined ? [] : [rate(id, 'requests', 'requests', requestsPerMinute)]),
    ...(maxConcurrent === undefined ? [] : [{ counts: 'places' as const, meter: placeMeter(id, maxConcurrent) }]),
    ...(usesTokens ? tokenMeters(key) : []),
  ];
}

/** Whether a key has a limit of tokens. */
export function limitsTokens(key: GatewayKey): boolean {
  return tokenMeters(key).length > 0;
}

function tokenMeters({ id, inputTokensPerMinute, outputTokensPerMinute }: GatewayKey): readonly KeyMeter[] {
  return [
    ...(inputTokensPerMinute === undefined ? [] : [rate(id, 'inputTokens', 'input tokens', inputTokensPerMinute)]),
    ...(outputTokensPerMinute === undefined ? [] : [rate(id, 'outputTokens', 'output tokens', outputTokensPerMinute)]),
  ];
}

function rate(id: string, counts: Counted, what: string, limit: number): KeyMeter {
  const meter: RateMeter = {
    kind: 'rate',
    key: `gateway-key/${id}/${counts}`,
    label: `${limit} ${what} per minute`,
    limit,
    // A request of more tokens than a minute has is let in when none of them is used: as debt, which others wait for.
    isGuess: counts !== 'requests',
    refillShare: 1,
    burstShare: 1,
    minBurst: 1,
    counted: 'at-start',
  };
  return { counts, meter };
}

function placeMeter(id: string, limit: number): SlotMeter {
  return { kind: 'slots', key: `gateway-key/${id}/places`, label: `${limit} requests at a time`, limit };
}
