import type { Observation } from '../admission/admission-store.js';
import type { Claims, Meter } from '../admission/meter.js';
import type { MeterWire } from './meter-wire.js';
import type { RedisLease } from './redis-lease.js';
import { CLOSED_BY } from './replies.js';

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

/** A settlement of the claims of a group, as `settle` takes it: nothing for what stays held. */
export function settledArguments(
  configs: readonly string[],
  lease: RedisLease,
  group: Group,
  due: readonly (number | null)[],
  agoMs: number | undefined,
): string[] {
  const isWhole = due.every((amount, i) => amount !== null || lease.isSettled(i));
  const claimed = pick(lease.claims.amounts, group).map(String);
  const used = pick(due, group).map((amount) => (amount === null ? '' : String(amount)));
  return [lease.id, isWhole ? '1' : '', ...configs, ...claimed, ...used, agoMs === undefined ? '' : String(agoMs)];
}
