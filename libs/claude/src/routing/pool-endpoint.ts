import type { Attempt } from '../call/attempt.js';
import type { Endpoint, Exchange, KeySupplier } from '../call/endpoint.js';
import type { FailureSummary } from '../call/outcome.js';
import { exchangeOf } from './exchange.js';
import type { ResolvedEndpoint } from './routing.options.js';
import type { Candidate } from './strategies/strategy.js';

/** So many answers of 401 without a success in between prove that a key is no good, whatever else is the matter. */
const CERTAIN_AFTER = 3;

/** Models that a key may not use are few; names of them may come from users. */
const MAX_FORBIDDEN = 1_000;

/** One endpoint of a pool, and what calls have shown of it. */
export class PoolEndpoint implements Endpoint, Candidate {
  /** Strategies are asked with this very object: its headroom is that for the call at hand. */
  headroom = 1;
  pickedAt = 0;
  inFlight = 0;
  /** Attempts that were sent there. */
  attempts = 0;
  isDrained = false;

  readonly exchange: Exchange | null;
  readonly #forbidden = new Map<string | null, number>();
  #keyOutUntilMs = -Infinity;
  #unauthorizedInRow = 0;

  constructor(
    readonly options: ResolvedEndpoint,
    baseURL: string,
  ) {
    this.exchange = exchangeOf(options, baseURL);
  }

  get name(): string {
    return this.options.name;
  }

  get key(): KeySupplier | null {
    return this.options.key;
  }

  get weight(): number {
    return this.options.weight;
  }

  get limitDomain(): string {
    return this.options.limitDomain;
  }

  get cacheDomain(): string {
    return this.options.cacheDomain;
  }

  get maxConcurrent(): number | null {
    return this.options.maxConcurrent;
  }

  /** Whether its key was turned away more often than a passing fault would explain. */
  get isSurelyUnauthorized(): boolean {
    return this.#unauthorizedInRow >= CERTAIN_AFTER;
  }

  /** Milliseconds for which its key is left alone; 0 when it is in use. */
  keyOutForMs(nowMs: number): number {
    return Math.max(0, this.#keyOutUntilMs - nowMs);
  }

  /** Whether it has a model at all, and its key may use it as far as anybody knows. */
  serves(model: string | null, nowMs: number): boolean {
    const { models } = this.options;
    if (model !== null && models !== null && !models.has(model)) return false;
    return (this.#forbidden.get(model) ?? -Infinity) <= nowMs;
  }

  /** An attempt has ended; says whether its key was turned away. */
  learn({ model, failure, status }: Attempt, nowMs: number, forbiddenForMs: number): boolean {
    const kind: FailureSummary['meaning']['kind'] | null = failure?.meaning.kind ?? null;
    if (kind === 'forbidden') this.#forbid(model, nowMs + forbiddenForMs);
    if (kind === 'unauthorized') this.#unauthorizedInRow += 1;
    // Whatever else an answer says, its key was accepted.
    else if (status !== null) this.admitKey();
    return kind === 'unauthorized';
  }

  leaveKeyUntil(untilMs: number): void {
    this.#keyOutUntilMs = untilMs;
  }

  admitKey(): void {
    this.#keyOutUntilMs = -Infinity;
    this.#unauthorizedInRow = 0;
  }

  /** What a person who returns it to service expects: all is forgotten. */
  reset(): void {
    this.isDrained = false;
    this.#forbidden.clear();
    this.admitKey();
  }

  #forbid(model: string | null, untilMs: number): void {
    if (this.#forbidden.size >= MAX_FORBIDDEN) this.#forbidden.clear();
    this.#forbidden.set(model, untilMs);
  }
}
