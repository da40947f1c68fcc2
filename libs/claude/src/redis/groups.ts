import type { AcquireOptions, Observation } from '../admission/admission-store.js';
import type { Claims, Meter } from '../admission/meter.js';
import type { MeterWire } from './meter-wire.js';
import type { RedisLease } from './redis-lease.js';
import { COUNT_DIGITS } from './lua/head.lua.js';
import { CLOSED_BY } from './replies.js';

/** A lease of a shared store that nobody renews lasts no longer: what is kept of it must end some time. */
export const MAX_LEASE_MS = 86_400_000;

/** What no description has for a digest: meters that are asked in another way than the one they are kept in. */
const NEVER_PLAIN = -1;

/** Meters that live on one server, and how it is told of them. */
export interface Group {
  readonly tag: string;
  /** Which they are of those that were asked. */
  readonly indexes: readonly number[];
  /** How many fields, which, the sum of digests of what is described of each, and the field and the name of each meter: texts of a lease. */
  readonly layout: string;
  /** What a lease begins with: by this it is told from the names of fields, and how many texts it has. */
  readonly head: string;
  /** The digest of each field, and the descriptions of the meters, line by line. */
  readonly configs: string;
}

/** Groups meters by the server they live on. Almost always they are one group, or two. */
export function groupsOf(wires: readonly MeterWire[]): readonly Group[] {
  const groups = new Map<string, number[]>();
  for (let i = 0; i < wires.length; i += 1) {
    const { tag } = wires[i] as MeterWire;
    const indexes = groups.get(tag);
    if (indexes === undefined) groups.set(tag, [i]);
    else indexes.push(i);
  }
  return Array.from(groups, ([tag, indexes]) => groupOf(tag, indexes, pickAll(wires, indexes)));
}

/** What belongs to the meters of a group, out of a list for all of them. */
export function pick<T>(list: readonly T[], { indexes }: Group): readonly T[] {
  return pickAll(list, indexes);
}

export function metersOf({ meters }: Claims, group: Group): readonly Meter[] {
  return pick(meters, group);
}

/** A lease as its server knows it: what was asked, as one text that is the same whenever it is made. */
export function leaseTextOf(id: string, { head, layout }: Group, amounts: readonly number[]): string {
  return `${head}${id}\0${layout}${textsOf(amounts)}`;
}

/** Texts as a server reads them: a zero ends each. */
function textsOf(list: readonly (string | number)[]): string {
  return `${list.join('\0')}\0`;
}

/** What `acquire` takes. */
export function acquiredArguments(
  leaseText: string,
  { configs }: Group,
  { leaseMs, force }: AcquireOptions,
): readonly string[] {
  const forced = force === true ? 'all' : force === 'limits' ? 'limits' : '';
  return [leaseText, configs, String(Math.min(leaseMs, MAX_LEASE_MS)), forced];
}

/** A settlement of the claims of a group, as `settle` takes it: nothing for what stays held. */
export function settledArguments(
  leaseText: string,
  lease: RedisLease,
  group: Group,
  due: readonly (number | null)[],
  agoMs: number | undefined,
): readonly string[] {
  const used = pick(due, group);
  const isWhole = group.indexes.every((index) => due[index] !== null || lease.isSettled(index));
  const isPlain = agoMs === undefined && !used.includes(null);
  return [
    leaseText,
    group.configs,
    textsOf(used.map((amount) => amount ?? '')),
    isPlain ? 'plain' : isWhole ? 'whole' : '',
    agoMs === undefined ? '' : String(agoMs),
  ];
}

/** An observation, as `observe` takes it: nothing for what is not said. */
export function observedArguments(wire: MeterWire, observation: Observation, since: RedisLease | null): string[] {
  const { meter, limit, remaining, closed, credit, spent, reset } = observation;
  const numbers = [
    limit,
    remaining,
    since?.grantedOf(meter) ?? undefined,
    closed?.forMs,
    closed && CLOSED_BY.indexOf(closed.by),
    credit,
    spent?.amount,
    spent?.agoMs,
    reset === true ? 1 : undefined,
  ];
  return [...describedArguments(wire), ...numbers.map((number) => (number === undefined ? '' : String(number)))];
}

/** Which meter it is, and what it is. */
export function describedArguments({ field, name, config }: MeterWire): string[] {
  return [field, name, config];
}

/** A field that meters of a group are kept in. */
interface Field {
  readonly name: string;
  digest: number;
  /** How many of its meters there are so far, and which. */
  count: number;
  names: string;
}

function groupOf(tag: string, indexes: readonly number[], wires: readonly MeterWire[]): Group {
  const fields: Field[] = [];
  let places = '';
  let configs = '';
  for (const { field, name, config, digest } of wires) {
    const place = placeOf(field, fields);
    const at = fields[place] as Field;
    const isNext = place === fields.length - 1 && (at.count === 0 || (name !== '' && !at.names.includes(name)));
    at.count += 1;
    at.names += name;
    // The same in another order is another description.
    at.digest = isNext && at.digest >= 0 ? at.digest + at.count * digest : NEVER_PLAIN;
    places += `${place + 1}${name} `;
    configs += `${config}\n`;
  }
  const digests = fields.map(({ digest }) => digest);
  const digest = digests.includes(NEVER_PLAIN) ? NEVER_PLAIN : digests.reduce((sum, each) => sum + each, 0);
  const layout = [fields.length, ...fields.map(({ name }) => name), digest, places];
  const count = String(1 + layout.length + indexes.length).padStart(COUNT_DIGITS, '0');
  return { tag, indexes, configs: `${digests.join(' ')}\n${configs}`, head: `[${count}`, layout: textsOf(layout) };
}

function placeOf(field: string, fields: Field[]): number {
  const place = fields.findIndex(({ name }) => name === field);
  return place >= 0 ? place : fields.push({ name: field, digest: 0, count: 0, names: '' }) - 1;
}

function pickAll<T>(list: readonly T[], indexes: readonly number[]): readonly T[] {
  return indexes.length === list.length ? list : indexes.map((index) => list[index] as T);
}
