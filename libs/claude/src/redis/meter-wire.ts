import { createHash } from 'node:crypto';
import { checkMeter } from '../admission/check-claims.js';
import type { Meter, RateMeter } from '../admission/meter.js';
import { KIND } from './lua/fields.js';

/** How a server is told of a meter. */
export interface MeterWire {
  /** Keys with one tag live on one server. */
  readonly tag: string;
  /** Where it is kept: by itself, or with the other rates of its pool. */
  readonly field: string;
  /** Which of the meters of that field it is; nothing for the only one. */
  readonly name: string;
  /** Its description in few words, compared as a whole. */
  readonly config: string;
  /** A number for what matters of its description to a decision; another description has another one. */
  readonly digest: number;
}

/** Rates of one pool, which are asked together: what their keys end with, and how they are named among each other. */
const POOLED = new Map([
  ['requests', 'r'],
  ['input-tokens', 'i'],
  ['output-tokens', 'o'],
  ['tokens', 't'],
]);

/** Hexadecimal digits of a digest: few enough for a sum of some to be exact. */
const DIGEST_DIGITS = 11;

/** Makes the keys of a store. Meters are the same objects call after call, so what is made of them is kept. */
export class MeterWires {
  readonly #wires = new WeakMap<Meter, MeterWire>();
  readonly #keys = new Map<string, readonly [string, string]>();

  /**
   * @param prefix What all keys begin with.
   * @param isCluster Whether there are several servers: each limit domain has a tag of its own then, and all budgets one.
   */
  constructor(
    private readonly prefix: string,
    private readonly isCluster: boolean,
  ) {}

  /** @throws InvalidOptionsError for a meter without a bound. */
  of(meter: Meter): MeterWire {
    let wire = this.#wires.get(meter);
    if (wire === undefined) {
      wire = this.#make(meter);
      this.#wires.set(meter, wire);
    }
    return wire;
  }

  noteKey(key: string): string {
    return `${this.#tagOf(`note/${key}`)}:n:${key}`;
  }

  /** Where it is listed what expires when, leases and meters with a tag, and where those meters are kept. */
  keys(tag: string): readonly [leases: string, meters: string] {
    let keys = this.#keys.get(tag);
    if (keys === undefined) {
      keys = [`${tag}:leases`, `${tag}:meters`];
      this.#keys.set(tag, keys);
    }
    return keys;
  }

  /** What is known of a lease that is not held as a whole any more. */
  leaseKey(tag: string, id: string): string {
    return `${tag}:leases:${id}`;
  }

  /** Any key of one server, to see whether it may be written. */
  get checkKey(): string {
    return `${this.#tagOf('check')}:check`;
  }

  #make(meter: Meter): MeterWire {
    const tag = this.#tagOf(meter.kind === 'budget' ? 'budget' : domainOf(meter.key));
    const config = configOf(meter);
    const { field, name } = placeOf(meter);
    const described = meter.kind === 'budget' ? boundOf(config) : `${name} ${config}`;
    return { tag, field, name, config, digest: digestOf(`${field} ${described}`) };
  }

  #tagOf(name: string): string {
    return this.isCluster ? `{${this.prefix}:${unbraced(name)}}` : `{${this.prefix}}`;
  }
}

/** The limit domain is what the key of its meters begins with. */
function domainOf(key: string): string {
  return key.slice(0, key.indexOf('/') + 1).slice(0, -1) || key;
}

function placeOf({ kind, key }: Meter): Pick<MeterWire, 'field' | 'name'> {
  const known = wellFormed(key);
  if (kind === 'slots') return { field: `${KIND.slots}:${known}`, name: '' };
  if (kind === 'budget') return { field: `${KIND.budget}:${known}`, name: '' };
  const end = known.lastIndexOf('/');
  const name = POOLED.get(known.slice(end + 1));
  if (end < 1 || name === undefined) return { field: `${KIND.rates}:${known}`, name: '' };
  return { field: `${KIND.rates}:${known.slice(0, end + 1)}`, name };
}

function configOf(meter: Meter): string {
  if (meter.kind === 'slots') return `s ${checkMeter(meter, 'slots').limit}`;
  if (meter.kind === 'rate') return rateConfigOf(checkMeter(meter, 'rate'));
  const { limit, isHard, rollingMs, keepMs } = checkMeter(meter, 'budget');
  return `b ${limit} ${isHard ? 1 : 0} ${rollingMs ?? 0} ${Math.ceil(keepMs)}`;
}

function rateConfigOf({ limit, isGuess, refillShare, burstShare, minBurst, counted }: RateMeter): string {
  return `r ${limit} ${isGuess ? 1 : 0} ${refillShare} ${burstShare} ${minBurst} ${counted === 'at-start' ? 1 : 0}`;
}

/** For how long a budget has to be remembered is said from now on, by each process at another time. */
function boundOf(config: string): string {
  return config.slice(0, config.lastIndexOf(' '));
}

function digestOf(config: string): number {
  return Number.parseInt(createHash('sha1').update(config).digest('hex').slice(0, DIGEST_DIGITS), 16);
}

/** A text with half of a character would come back as another one, and one ends where a zero is: see `textsOf`. */
export function wellFormed(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD');
}

/** A tag ends at its first brace. */
function unbraced(name: string): string {
  return name.replaceAll(/[%{}]/g, encodeURIComponent);
}
