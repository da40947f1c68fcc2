import type {
  AcquireOptions,
  AdmissionStore,
  Denial,
  Lease,
  Observation,
  Replay,
} from '../admission/admission-store.js';
import { checkClaims, checkLeaseMs, checkObservations, checkUsed, foreignLease } from '../admission/check-claims.js';
import type { Claims, Meter, Standing } from '../admission/meter.js';
import { longerOf, type Refusal } from '../admission/refusal.js';
import { callIds } from '../call/call-ids.js';
import { systemClock } from '../call/clock.js';
import {
  acquiredArguments,
  describedArguments,
  groupsOf,
  leaseTextOf,
  MAX_LEASE_MS,
  metersOf,
  observedArguments,
  pick,
  settledArguments,
  type Group,
} from './groups.js';
import { MeterWires, wellFormed, type MeterWire } from './meter-wire.js';
import { scriptRunnerOf, type ScriptRunner } from './redis-client.js';
import { partsOf, type Decision } from './decision.js';
import { RecentGroups } from './recent-groups.js';
import { RedisLease, type LeasePart } from './redis-lease.js';
import type { RedisAdmissionStoreOptions } from './redis-store.options.js';
import { standingOf, verdictOf } from './replies.js';
import { SCRIPTS } from './scripts.js';
import { problemOf } from './server-check.js';

/** Leases that one script renews: a server does nothing else meanwhile. */
const RENEWED_AT_ONCE = 500;

/** Notes that shall be kept for ever are kept for a year. */
const MAX_NOTE_MS = 31_536_000_000;

const DEFAULT_PREFIX = 'nestjs-claude';

const START_WITHIN_MS = 5_000;

/**
 * Meters kept in Redis or Valkey, shared by every process that has the same one. Each decision is one script on the server,
 * by the server's time, and one round trip.
 *
 * ```ts
 * ClaudeModule.forRoot({ store: new RedisAdmissionStore({ client: new Redis(url) }) })
 * ```
 */
export class RedisAdmissionStore implements AdmissionStore {
  readonly #options: RedisAdmissionStoreOptions;
  readonly #runner: ScriptRunner;
  readonly #wires: MeterWires;
  readonly #groups = new RecentGroups();
  /** Names leases as no other process does. */
  readonly #nextId = callIds();
  #isClosed = false;

  /** @throws InvalidOptionsError for a client of unknown make. */
  constructor(options: RedisAdmissionStoreOptions) {
    this.#options = options;
    this.#runner = scriptRunnerOf(options.client);
    this.#wires = new MeterWires(options.prefix ?? DEFAULT_PREFIX, this.#runner.isCluster);
  }

  /**
   * Sees whether the server can be used. The module calls it when it starts.
   *
   * @throws InvalidOptionsError when it cannot, with the reason and the remedy.
   */
  async start(): Promise<void> {
    const { startWithinMs = START_WITHIN_MS, degradedStart = false } = this.#options;
    const check = { runner: this.#runner, key: this.#wires.checkKey, withinMs: startWithinMs, clock: systemClock };
    const problem = await problemOf(check);
    if (problem !== null && !(problem.isAway && degradedStart)) throw problem.error;
  }

  /** Ends the client, where the store may do so. */
  async close(): Promise<void> {
    if (this.#options.closesClient !== true || this.#isClosed) return;
    this.#isClosed = true;
    await this.#runner.close();
  }

  async acquire(claims: Claims, options: AcquireOptions): Promise<Lease | Denial> {
    checkLeaseMs(options.leaseMs);
    checkClaims(claims);
    const groups = this.#groups.of(this.#wiresOf(claims.meters));
    const id = options.id === undefined ? this.#nextId() : wellFormed(options.id);
    const [only] = groups;
    if (only === undefined || groups.length > 1) return this.#acquireOfAll(groups, id, claims, options);
    const decision = await this.#ask(only, id, claims, options);
    if (decision.verdict.granted) return new RedisLease(claims, id, partsOf(decision), this);
    return this.#denial(claims, [decision]);
  }

  async settle(lease: Lease, used: readonly (number | null)[]): Promise<void> {
    const own = this.#own(lease);
    checkUsed(own.claims, used);
    const due = used.map((amount, i) => (own.isSettled(i) ? null : amount));
    await Promise.all(own.parts.map((part) => this.#settlePart(own, part, due)));
  }

  async replay(replays: readonly Replay[]): Promise<void> {
    for (const { claims, used } of replays) checkUsed(claims, used);
    await Promise.all(replays.map((replay) => this.#replay(replay)));
  }

  async renew(leases: Iterable<Lease>, leaseMs: number): Promise<void> {
    checkLeaseMs(leaseMs);
    const texts = new Map<string, string[]>();
    for (const lease of leases) {
      for (const { group, leaseText } of this.#own(lease).parts) {
        const ofTag = texts.get(group.tag);
        if (ofTag === undefined) texts.set(group.tag, [leaseText]);
        else ofTag.push(leaseText);
      }
    }
    await Promise.all(Array.from(texts, ([tag, ofTag]) => this.#renew(tag, ofTag, leaseMs)));
  }

  async observe(observations: readonly Observation[], since?: Lease): Promise<void> {
    checkObservations(observations);
    const own = since === undefined ? null : this.#own(since);
    const wires = this.#wiresOf(observations.map(({ meter }) => meter));
    const tell = ({ tag, indexes }: Group): Promise<unknown> => {
      const args = indexes.flatMap((i) =>
        observedArguments(wires[i] as MeterWire, observations[i] as Observation, own),
      );
      return this.#runner.run(SCRIPTS.observe, this.#wires.keys(tag), args);
    };
    await Promise.all(groupsOf(wires).map(tell));
  }

  async standing(meters: readonly Meter[]): Promise<readonly Standing[]> {
    const wires = this.#wiresOf(meters);
    const standings = meters.map((): Standing | null => null);
    const ask = async (group: Group): Promise<void> => {
      const args = pick(wires, group).flatMap(describedArguments);
      const reply = await this.#runner.run(SCRIPTS.standing, this.#wires.keys(group.tag), args);
      for (const [place, text] of (reply as readonly unknown[]).entries()) {
        const index = group.indexes[place] as number;
        standings[index] = standingOf(String(text), meters[index] as Meter);
      }
    };
    await Promise.all(groupsOf(wires).map(ask));
    return standings.filter((standing) => standing !== null);
  }

  async keep(key: string, note: string, forMs: number): Promise<void> {
    const keptMs = Math.max(1, Math.ceil(Math.min(forMs, MAX_NOTE_MS)));
    await this.#runner.run(SCRIPTS.keep, [this.#wires.noteKey(key)], [note, String(keptMs)]);
  }

  async take(key: string): Promise<string | null> {
    const note = await this.#runner.run(SCRIPTS.take, [this.#wires.noteKey(key)], []);
    return typeof note === 'string' ? note : null;
  }

  /** Asks several servers at once: all of them grant their claims, or nothing stays granted. */
  async #acquireOfAll(
    groups: readonly Group[],
    id: string,
    claims: Claims,
    options: AcquireOptions,
  ): Promise<Lease | Denial> {
    const asked = await Promise.allSettled(groups.map((group) => this.#ask(group, id, claims, options)));
    const decisions = asked.filter((each) => each.status === 'fulfilled').map(({ value }) => value);
    const lease = new RedisLease(claims, id, decisions.flatMap(partsOf), this);
    if (lease.parts.length === asked.length) return lease;
    // What was granted elsewhere is given back before anybody hears of it.
    const unused = claims.amounts.map(() => 0);
    await this.settle(lease, unused);
    const failed = asked.find((each) => each.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    return this.#denial(claims, decisions);
  }

  async #ask(group: Group, id: string, claims: Claims, options: AcquireOptions): Promise<Decision> {
    const leaseText = leaseTextOf(id, group, pick(claims.amounts, group));
    const args = acquiredArguments(leaseText, group, options);
    const reply = await this.#runner.run(SCRIPTS.acquire, this.#wires.keys(group.tag), args);
    return { group, leaseText, verdict: verdictOf(reply, metersOf(claims, group)) };
  }

  /** A lease is settled by its id, wherever parts of it are: each server knows what it has granted. */
  async #replay({ id: given, claims, used, agoMs }: Replay): Promise<void> {
    const id = wellFormed(given);
    const parts = this.#groups.of(this.#wiresOf(claims.meters)).map((group) => ({
      group,
      leaseText: leaseTextOf(id, group, pick(claims.amounts, group)),
      totals: [],
    }));
    const lease = new RedisLease(claims, id, parts, this);
    await Promise.all(parts.map((part) => this.#settlePart(lease, part, used, agoMs)));
  }

  async #settlePart(
    lease: RedisLease,
    { group, leaseText }: LeasePart,
    due: readonly (number | null)[],
    agoMs?: number,
  ): Promise<void> {
    const { tag, indexes } = group;
    if (indexes.every((index) => due[index] === null)) return;
    const args = settledArguments(leaseText, lease, group, due, agoMs);
    await this.#runner.run(SCRIPTS.settle, [...this.#wires.keys(tag), this.#wires.leaseKey(tag, lease.id)], args);
    lease.markSettled(indexes.filter((index) => due[index] !== null));
  }

  async #renew(tag: string, leaseTexts: readonly string[], leaseMs: number): Promise<void> {
    const lastsMs = String(Math.min(leaseMs, MAX_LEASE_MS));
    for (let first = 0; first < leaseTexts.length; first += RENEWED_AT_ONCE) {
      const some = leaseTexts.slice(first, first + RENEWED_AT_ONCE);
      await this.#runner.run(SCRIPTS.renew, this.#wires.keys(tag), [lastsMs, ...some]);
    }
  }

  /** Of what several servers refuse, what lasts longest is the reason. */
  async #denial(claims: Claims, decisions: readonly Decision[]): Promise<Denial> {
    const standings: Standing[] = [];
    let longest: Refusal | null = null;
    for (const { group, verdict } of decisions) {
      if (verdict.granted) continue;
      longest = longerOf(longest, verdict.refusal);
      for (const [place, index] of group.indexes.entries()) standings[index] = verdict.standings[place] as Standing;
    }
    const granting = decisions.filter(({ verdict }) => verdict.granted).flatMap(({ group }) => group.indexes);
    const others = await this.standing(granting.map((index) => claims.meters[index] as Meter));
    for (const [place, index] of granting.entries()) standings[index] = others[place] as Standing;
    return { granted: false, ...(longest as Refusal), standings };
  }

  #wiresOf(meters: readonly Meter[]): readonly MeterWire[] {
    return meters.map((meter) => this.#wires.of(meter));
  }

  #own(lease: Lease): RedisLease {
    if (lease instanceof RedisLease && lease.owner === this) return lease;
    throw foreignLease();
  }
}
