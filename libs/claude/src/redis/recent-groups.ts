import { groupsOf, type Group } from './groups.js';
import type { MeterWire } from './meter-wire.js';

/** Meters that were asked together, and how their servers are told of them. */
interface Asked {
  readonly wires: readonly MeterWire[];
  readonly groups: readonly Group[];
}

/**
 * Groups of meters that were asked together lately: calls ask for the same ones again and again. They are found by the last
 * meter, which tells calls apart best: a budget of one user comes after the limits of all.
 */
export class RecentGroups {
  readonly #asked = new WeakMap<MeterWire, Asked>();

  of(wires: readonly MeterWire[]): readonly Group[] {
    const last = wires.at(-1);
    if (last === undefined) return [];
    const asked = this.#asked.get(last);
    if (asked !== undefined && areSame(asked.wires, wires)) return asked.groups;
    const groups = groupsOf(wires);
    this.#asked.set(last, { wires, groups });
    return groups;
  }
}

function areSame(some: readonly MeterWire[], others: readonly MeterWire[]): boolean {
  if (some.length !== others.length) return false;
  for (let i = 0; i < some.length; i += 1) if (some[i] !== others[i]) return false;
  return true;
}
