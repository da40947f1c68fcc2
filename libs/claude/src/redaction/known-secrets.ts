import { systemClock, type Clock } from '../call/clock.js';
import { disguisesOf } from './disguises.js';

/** How long a secret is looked for after it was given up: what was written with it may be logged that late. */
const GRACE_MS = 24 * 60 * 60 * 1_000;

/** Shorter values stand in any text by chance, and are left to the patterns. */
const SHORTEST = 8;

/** How many are kept. Beyond it the one that was noted longest ago goes, as a function that makes up keys would never end. */
const MOST = 1_000;

/** What is looked for: one way in which a secret may be written. */
export interface Disguise {
  readonly text: string;
  readonly secret: string;
  /** Whether it may be the middle of a longer run of base64, which then goes as a whole. */
  readonly inBase64: boolean;
}

/**
 * Values that are known to be secret: every key in use, and those that were in use within the last 24 hours.
 *
 * Nothing shows them: they live in a private field, and no method returns one.
 */
export class KnownSecrets {
  readonly #clock: Clock;
  /** Each with the monotonic time at which it is forgotten. */
  readonly #untilMs = new Map<string, number>();
  #disguises: readonly Disguise[] | null = null;
  #nextEndMs = Infinity;

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  /** Knows a secret for good: until {@link retire} is told of it. Values of fewer than eight characters are not taken. */
  add(secret: string): void {
    this.#keep(secret, Infinity);
  }

  /** Knows a secret for 24 hours from now, for who cannot say when it will be given up. Cheap enough for every request. */
  note(secret: string): void {
    if (this.#untilMs.get(secret) !== Infinity) this.#keep(secret, this.#clock.now() + GRACE_MS);
  }

  /** Says that a secret has been replaced. It is still known for 24 hours. */
  retire(secret: string): void {
    if (this.#untilMs.has(secret)) this.#keep(secret, this.#clock.now() + GRACE_MS);
  }

  /** How many are known. */
  get size(): number {
    this.#forget();
    return this.#untilMs.size;
  }

  /** Internal: all that is looked for, longest first. */
  disguises(): readonly Disguise[] {
    this.#forget();
    this.#disguises ??= [...this.#untilMs.keys()]
      .flatMap(disguisesOf)
      .toSorted((a, b) => b.text.length - a.text.length);
    return this.#disguises;
  }

  #keep(secret: string, untilMs: number): void {
    if (secret.length < SHORTEST) return;
    if (!this.#untilMs.has(secret)) this.#disguises = null;
    // Moved to the end, so that the first of them is the one heard of longest ago.
    this.#untilMs.delete(secret);
    this.#untilMs.set(secret, untilMs);
    if (untilMs < this.#nextEndMs) this.#nextEndMs = untilMs;
    if (this.#untilMs.size > MOST) this.#dropOldest();
  }

  #dropOldest(): void {
    for (const [secret, untilMs] of this.#untilMs) {
      if (untilMs === Infinity) continue;
      this.#untilMs.delete(secret);
      this.#disguises = null;
      return;
    }
  }

  #forget(): void {
    const now = this.#clock.now();
    if (now < this.#nextEndMs) return;
    this.#nextEndMs = Infinity;
    for (const [secret, untilMs] of this.#untilMs) {
      if (untilMs <= now) {
        this.#untilMs.delete(secret);
        this.#disguises = null;
      } else if (untilMs < this.#nextEndMs) {
        this.#nextEndMs = untilMs;
      }
    }
  }
}
