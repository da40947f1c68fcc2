import { checkMeter } from '../admission/check-claims.js';
import type { Meter } from '../admission/meter.js';

/** How a server is told of a meter. */
export interface MeterWire {
  /** Keys with one tag live on one server. */
  readonly tag: string;
  readonly key: string;
  /** Its description in few words, compared as a whole. */
  readonly config: string;
}

/** Makes the keys of a store. Meters are the same objects call after call, so what is made of them is kept. */
export class MeterWires {
  readonly #wires = new WeakMap<Meter, MeterWire>();

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

  /** Where the leases of meters with a tag are listed. */
  leasesKey(tag: string): string {
    return `${tag}:leases`;
  }

  leaseKey(tag: string, id: string): string {
    return `${tag}:leases:${id}`;
  }

  /** Any key of one server, to see whether it may be written. */
  get checkKey(): string {
    return `${this.#tagOf('check')}:check`;
  }

  #make(meter: Meter): MeterWire {
    const config = configOf(meter);
    const tag = this.#tagOf(meter.kind === 'budget' ? 'budget' : domainOf(meter.key));
    return { tag, key: `${tag}:${config.charAt(0)}:${oneLine(meter.key)}`, config };
  }

  #tagOf(name: string): string {
    return this.isCluster ? `{${this.prefix}:${unbraced(name)}}` : `{${this.prefix}}`;
  }
}

/** The limit domain is what the key of its meters begins with. */
function domainOf(key: string): string {
  return key.slice(0, key.indexOf('/') + 1).slice(0, -1) || key;
}

function configOf(meter: Meter): string {
  if (meter.kind === 'slots') return `s ${checkMeter(meter, 'slots').limit}`;
  if (meter.kind === 'budget') {
    const { limit, isHard, rollingMs, keepMs } = checkMeter(meter, 'budget');
    return `b ${limit} ${isHard ? 1 : 0} ${rollingMs ?? 0} ${Math.ceil(keepMs)}`;
  }
  const { limit, isGuess, refillShare, burstShare, minBurst, counted } = checkMeter(meter, 'rate');
  return `r ${limit} ${isGuess ? 1 : 0} ${refillShare} ${burstShare} ${minBurst} ${counted === 'at-start' ? 1 : 0}`;
}

/** A lease lists the keys of its meters line by line. */
function oneLine(key: string): string {
  return key.replaceAll(/[%\n]/g, (letter) => (letter === '%' ? '%25' : '%0A'));
}

/** A tag ends at its first brace. */
function unbraced(name: string): string {
  return name.replaceAll(/[%{}]/g, encodeURIComponent);
}
