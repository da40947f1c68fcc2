import type { AcquireOptions, Observation } from '../admission/admission-store.js';
import type { Claims, Meter } from '../admission/meter.js';
import { HELD_FOR_MS } from './lua/leases.lua.js';
import type { MeterWire } from './meter-wire.js';
import type { RedisLease } from './redis-lease.js';
import { CLOSED_BY } from './replies.js';

/** A lease of a shared store that nobody renews lasts no longer: what is kept of it must end some time. */
export const MAX_LEASE_MS = 86_400_000;

/** Meters that live on one server: their tag, and which of those that were asked they are. */
export interface Group {
  readonly tag: string;
  readonly indexes: readonly number[];
}

/** Groups meters by the server they live on. Almost always they are one group, or two. */
export function groupsOf(wires: readonly MeterWire[]): readonly Group[] {
  const groups = new Map<string, number[]>();
  for (const [i, { tag }] of wires.entries()) {
    const indexes = groups.get(tag);
    if (indexes === undefined) groups.set(tag, [i]);
    else indexes.push(i);
  }
  return Array.from(groups, ([tag, indexes]) => ({ tag, indexes }));
}

/** What belongs to the meters of a group, out of a list for all of them. */
export function pick<T>(list: readonly T[], { indexes }: Group): T[] {
  return indexes.map((index) => list[index] as T);
}

export function keysOf(wires: readonly MeterWire[], { indexes }: Group): string[] {
  return indexes.map((index) => (wires[index] as MeterWire).key);
}

export function configsOf(wires: readonly MeterWire[], { indexes }: Group): string[] {
  return indexes.map((index) => (wires[index] as MeterWire).config);
}

export function metersOf({ meters }: Claims, group: Group): Meter[] {
  return pick(meters, group);
}

/** Whether one meter comes twice: it is asked for both claims together then. */
export function hasTwice(keys: readonly string[]): boolean {
  return keys.some((key, i) => keys.indexOf(key) !== i);
}

/** An observation, as `observe` takes it: nothing for what is not said. */
export function observedArguments(config: string, observation: Observation, since: RedisLease | null): string[] {
  const { meter, limit, remaining, closed, credit, spent, reset } = observation;
  const grantedThen = since?.grantedOf(meter) ?? undefined;
  const numbers = [
    limit,
    remaining,
    grantedThen,
    closed?.forMs,
    closed && CLOSED_BY.indexOf(closed.by),
    credit,
    spent?.amount,
    spent?.agoMs,
    reset === true ? 1 : undefined,
  ];
  return [config, ...numbers.map((number) => (number === undefined ? '' : String(number)))];
}

/**
 * What is asked of the meters of a group, as `acquire` takes it.
 *
 * @param isTwice Whether one of them comes twice.
 */
export function acquiredArguments(
  configs: readonly string[],
  id: string,
  amounts: readonly number[],
  isTwice: boolean,
  { leaseMs, force }: AcquireOptions,
): string[] {
  const forced = force === true ? 'all' : force === 'limits' ? 'limits' : '';
  const lastsMs = Math.min(leaseMs, MAX_LEASE_MS);
  const record = `${'h'.repeat(configs.length)}\n-\n`;
  const keptMs = String(Math.ceil(lastsMs + HELD_FOR_MS));
  return [id, String(lastsMs), forced, isTwice ? '1' : '', ...configs, ...amounts.map(String), record, keptMs];
}

/**
 * A settlement of the claims of a group, as `settle` takes it: nothing for what stays held.
 *
 * @param isTwice Whether one meter comes twice.
 */
export function settledArguments(
  configs: readonly string[],
  lease: RedisLease,
  group: Group,
  due: readonly (number | null)[],
  isTwice: boolean,
  agoMs: number | undefined,
): string[] {
  const isWhole = due.every((amount, i) => amount !== null || lease.isSettled(i));
  const record = isTwice || agoMs !== undefined ? '' : 'h'.repeat(configs.length);
  const claimed = pick(lease.claims.amounts, group).map(String);
  const used = pick(due, group).map((amount) => (amount === null ? '' : String(amount)));
  const ago = agoMs === undefined ? '' : String(agoMs);
  return [lease.id, isWhole ? '1' : '', record, ...configs, ...claimed, ...used, ago];
}
