import type { Clock, Random } from '../call/clock.js';
import { circuitName, type CircuitKey } from './circuit-key.js';
import type { CircuitSnapshot } from './circuit-snapshot.js';
import { openTimeMs, reasonToOpen } from './circuit-policy.js';
import { refusalIn, type CircuitRefusal } from './circuit-refusal.js';
import { closedSince, probesOut, type CircuitState, type Closed, type HalfOpen } from './circuit-state.js';
import { Permit, VOID_TICKET, type CircuitResult, type CircuitTicket, type TicketDesk } from './circuit-ticket.js';
import type { CircuitEvent, CircuitEventDetail, OpenReason } from './circuit.events.js';
import type { CircuitSettings } from './circuit.options.js';
import { RollingWindow } from './rolling-window.js';

/**
 * One circuit. It holds no timer: time acts on it when somebody asks.
 *
 * Closed, it counts; open, it refuses until its time is over; half-open, it lets a few probes through and waits for what
 * they say; isolated, it refuses until a person closes it. Events are sent last, so that a listener may do anything to it.
 */
export class CircuitBreaker implements TicketDesk<CircuitState> {
  readonly circuit: string;

  readonly #window: RollingWindow;
  #state: CircuitState;
  #openings = 0;
  #lastOpenedReason: OpenReason | null = null;
  /** When it last counted a call, or closed again: before the first of either, nobody knows how the other side is. */
  #lastNewsMs = -Infinity;
  #refused = 0;
  #shadowRefused = 0;

  constructor(
    readonly key: CircuitKey,
    private readonly settings: CircuitSettings,
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly onEvent: (event: CircuitEvent) => void,
  ) {
    const nowMs = clock.now();
    this.circuit = circuitName(key);
    this.#window = new RollingWindow(settings.windowMs, nowMs);
    this.#state = closedSince(nowMs);
  }

  /**
   * Asks leave for one call; `null` is a refusal. In shadow mode nothing is refused, not even while isolated.
   *
   * @param leaseMs How long a probe is waited for, in milliseconds. After that its place is free, and its result void.
   */
  tryAcquire(leaseMs: number): CircuitTicket | null {
    const state = this.#state;
    if (state.kind === 'closed') return new Permit<CircuitState>(this, state, false, Infinity);
    if (state.kind === 'half-open') return this.#probe(state, leaseMs) ?? this.#refuse();
    if (state.kind === 'open' && this.clock.now() >= state.untilMs) return this.#beginProbing(leaseMs);
    return this.#refuse();
  }

  /** Why a call would be refused now, or `null` if it would be let through. Takes nothing and changes nothing. */
  refusal(): CircuitRefusal | null {
    if (this.settings.mode === 'shadow' || this.#state.kind === 'closed') return null;
    return refusalIn(this.#state, this.settings, this.clock.now());
  }

  /** Whether any call can be slow, so that nobody reads the clock for nothing. */
  get countsSlowCalls(): boolean {
    return this.settings.slowCallDurationThresholdMs !== undefined;
  }

  /** Whether a call that took so long was slow. */
  isSlow(durationMs: number): boolean {
    const thresholdMs = this.settings.slowCallDurationThresholdMs;
    return thresholdMs !== undefined && durationMs > thresholdMs;
  }

  /** Takes a ticket's result; for the ticket alone to call. */
  settle(permit: Permit<CircuitState>, result: CircuitResult, slow: boolean): void {
    const state = this.#state;
    if (permit.generation !== state) return;
    if (state.kind === 'closed') this.#count(state, result, slow);
    else if (state.kind === 'half-open') this.#judge(state, permit, result, slow);
  }

  /** It has opened elsewhere: refuses calls for as long. One that is open or isolated stays as it is. */
  openFor(openForMs: number): void {
    if (this.#state.kind === 'open' || this.#state.kind === 'isolated') return;
    this.#stayOpen('shared', openForMs, this.clock.now());
  }

  /** Refuses every call from now on, until somebody closes or resets it. */
  isolate(): void {
    if (this.#state.kind === 'isolated') return;
    this.#state = { kind: 'isolated' };
    this.#emit({ type: 'isolated' });
  }

  /** Lets calls through again, whatever the state was. The next opening is as long as it would have been. */
  close(): void {
    if (this.#state.kind === 'closed') return;
    this.#startOver();
    this.#emit({ type: 'closed' });
  }

  /** Makes it as new, but for the number of calls it refused. */
  reset(): void {
    this.#startOver();
    this.#openings = 0;
    this.#lastOpenedReason = null;
    this.#emit({ type: 'reset' });
  }

  /** Whether it is closed without news for a window: it lets calls through, and knows nothing of the other side. */
  get isIdle(): boolean {
    return this.#state.kind === 'closed' && this.clock.now() - this.#lastNewsMs >= this.settings.windowMs;
  }

  /** Since when it is closed and has counted nothing, if that is a whole window ago or more; else `null`. */
  idleSinceMs(nowMs: number): number | null {
    if (this.#state.kind !== 'closed') return null;
    const sinceMs = Math.max(this.#state.sinceMs, this.#lastNewsMs);
    return nowMs - sinceMs >= this.settings.windowMs ? sinceMs : null;
  }

  snapshot(): CircuitSnapshot {
    const nowMs = this.clock.now();
    const state = this.#state;
    this.#window.advance(nowMs);
    const { calls, failures, slow } = this.#window;
    const over = state.kind === 'open' && nowMs >= state.untilMs;
    return Object.freeze({
      circuit: this.circuit,
      key: this.key,
      state: over ? 'half-open' : state.kind,
      calls,
      failures,
      slow,
      failureRate: calls === 0 ? 0 : failures / calls,
      consecutiveFailures: state.kind === 'closed' && calls > 0 ? state.failuresInRow : 0,
      openings: this.#openingsAt(nowMs),
      openForMs: state.kind === 'open' && !over ? state.openForMs : null,
      retryAfterMs: refusalIn(state, this.settings, nowMs)?.retryAfterMs ?? null,
      permitsOut: state.kind === 'half-open' ? probesOut(state, nowMs).length : 0,
      refused: this.#refused,
      shadowRefused: this.#shadowRefused,
      lastOpenedReason: this.#lastOpenedReason,
    });
  }

  #beginProbing(leaseMs: number): CircuitTicket | null {
    const state: HalfOpen = { kind: 'half-open', leases: [], successes: 0 };
    this.#state = state;
    const ticket = this.#probe(state, leaseMs);
    this.#emit({ type: 'half-opened' });
    return ticket;
  }

  #probe(state: HalfOpen, leaseMs: number): CircuitTicket | null {
    const nowMs = this.clock.now();
    const leases = probesOut(state, nowMs);
    if (leases.length >= this.settings.permittedCallsInHalfOpen) return null;
    const permit = new Permit<CircuitState>(this, state, true, nowMs + leaseMs);
    state.leases = [...leases, permit];
    return permit;
  }

  #refuse(): CircuitTicket | null {
    const shadow = this.settings.mode === 'shadow';
    if (shadow) this.#shadowRefused += 1;
    else this.#refused += 1;
    this.#emit({ type: 'refused', shadow });
    return shadow ? VOID_TICKET : null;
  }

  #count(state: Closed, result: CircuitResult, slow: boolean): void {
    if (result === 'neutral') return;
    const failed = result === 'failure';
    const nowMs = this.clock.now();
    this.#window.record(nowMs, failed, slow);
    this.#lastNewsMs = nowMs;
    if (!failed) state.failuresInRow = 0;
    // Alone in the window: what failed before it is forgotten.
    else state.failuresInRow = this.#window.calls === 1 ? 1 : state.failuresInRow + 1;
    const reason = reasonToOpen(this.#window, state.failuresInRow, this.settings);
    if (reason !== null) this.#open(reason, nowMs);
  }

  #judge(state: HalfOpen, permit: Permit<CircuitState>, result: CircuitResult, slow: boolean): void {
    const nowMs = this.clock.now();
    const inTime = nowMs < permit.expiresAtMs;
    state.leases = state.leases.filter((lease) => lease !== permit);
    if (!inTime || result === 'neutral') return;
    if (result === 'failure') this.#open('probe-failed', nowMs);
    else if (slow) this.#open('slow-calls', nowMs);
    else if (++state.successes >= this.settings.successesToClose) this.close();
  }

  #open(reason: OpenReason, nowMs: number): void {
    this.#openings = this.#openingsAt(nowMs) + 1;
    this.#stayOpen(reason, openTimeMs(this.#openings, this.settings, this.random), nowMs);
  }

  #stayOpen(reason: OpenReason, openForMs: number, nowMs: number): void {
    this.#state = { kind: 'open', openForMs, untilMs: nowMs + openForMs };
    this.#lastOpenedReason = reason;
    this.#emit({ type: 'opened', reason, openForMs });
  }

  #openingsAt(nowMs: number): number {
    const state = this.#state;
    return state.kind === 'closed' && nowMs - state.sinceMs >= this.settings.healthyAfterMs ? 0 : this.#openings;
  }

  #startOver(): void {
    this.#window.clear();
    this.#lastNewsMs = this.clock.now();
    this.#state = closedSince(this.#lastNewsMs);
  }

  #emit(detail: CircuitEventDetail): void {
    this.onEvent({ circuit: this.circuit, key: this.key, atMs: this.clock.wall(), ...detail });
  }
}
