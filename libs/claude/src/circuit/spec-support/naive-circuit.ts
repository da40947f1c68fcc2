import type { CircuitResult } from '../circuit-ticket.js';
import type { CircuitSettings } from '../circuit.options.js';

/** A call the naive circuit gave leave to. */
export interface NaiveTicket {
  readonly turn: number;
  /** `null` for a call that is no probe. */
  readonly expiresAtMs: number | null;
  settled: boolean;
}

interface Counted {
  readonly atMs: number;
  readonly failed: boolean;
  readonly slow: boolean;
}

type Phase = 'closed' | 'open' | 'half-open' | 'isolated';

/**
 * The rules of a circuit written down once more in the plainest way: every result is kept and looked through each time,
 * and turns are numbered. How long an opening lasts is told from outside, since it depends on chance.
 */
export class NaiveCircuit {
  nowMs = 0;
  phase: Phase = 'closed';
  openings = 0;
  refusals = 0;
  openUntilMs = 0;
  readonly probes: NaiveTicket[] = [];

  #turn = 0;
  #counted: Counted[] = [];
  #failuresInRow = 0;
  #successes = 0;
  #closedSinceMs = 0;

  constructor(private readonly settings: CircuitSettings) {}

  /** What the phase looks like from outside: an open time that is over is as good as half-open. */
  get seenPhase(): Phase {
    return this.phase === 'open' && this.nowMs >= this.openUntilMs ? 'half-open' : this.phase;
  }

  /** Results that the twelve buckets since the start hold now. */
  get window(): readonly Counted[] {
    const bucketMs = this.settings.windowMs / 12;
    const bucketOf = (ms: number): number => Math.floor(ms / bucketMs);
    return this.#counted.filter(({ atMs }) => bucketOf(this.nowMs) - bucketOf(atMs) < 12);
  }

  get failuresInRow(): number {
    return this.phase === 'closed' && this.window.length > 0 ? this.#failuresInRow : 0;
  }

  get probesOut(): number {
    return this.probes.filter((probe) => this.#isWaitedFor(probe)).length;
  }

  /** Openings that still count: none after a healthy time. */
  get seenOpenings(): number {
    const healthy = this.phase === 'closed' && this.nowMs - this.#closedSinceMs >= this.settings.healthyAfterMs;
    return healthy ? 0 : this.openings;
  }

  get wouldRefuse(): boolean {
    if (this.seenPhase === 'half-open') return this.probesOut >= this.settings.permittedCallsInHalfOpen;
    return this.seenPhase !== 'closed';
  }

  acquire(leaseMs: number): NaiveTicket | null {
    if (this.wouldRefuse) {
      this.refusals += 1;
      return null;
    }
    if (this.phase === 'closed') return { turn: this.#turn, expiresAtMs: null, settled: false };
    if (this.phase === 'open') {
      this.#enter('half-open');
      this.#successes = 0;
    }
    const probe = { turn: this.#turn, expiresAtMs: this.nowMs + leaseMs, settled: false };
    this.probes.push(probe);
    return probe;
  }

  /** Says whether the circuit must open now. */
  result(ticket: NaiveTicket, result: CircuitResult, slow: boolean): boolean {
    const counts = !ticket.settled && ticket.turn === this.#turn;
    const inTime = ticket.expiresAtMs === null || this.nowMs < ticket.expiresAtMs;
    ticket.settled = true;
    if (!counts || !inTime || result === 'neutral') return false;
    return ticket.expiresAtMs === null ? this.#count(result === 'failure', slow) : this.#judge(result, slow);
  }

  open(openForMs: number): void {
    this.openings = this.seenOpenings + 1;
    this.openUntilMs = this.nowMs + openForMs;
    this.#enter('open');
  }

  isolate(): void {
    if (this.phase !== 'isolated') this.#enter('isolated');
  }

  close(): void {
    if (this.phase !== 'closed') this.#startOver();
  }

  reset(): void {
    this.#startOver();
    this.openings = 0;
  }

  #count(failed: boolean, slow: boolean): boolean {
    if (this.window.length === 0) this.#failuresInRow = 0;
    this.#failuresInRow = failed ? this.#failuresInRow + 1 : 0;
    this.#counted.push({ atMs: this.nowMs, failed, slow });
    const { settings, window } = this;
    if (this.#failuresInRow >= settings.consecutiveFailures) return true;
    const share = (count: number): number => count / window.length;
    return (
      window.length >= settings.minimumNumberOfCalls &&
      (share(window.filter((each) => each.failed).length) >= settings.failureRateThreshold ||
        share(window.filter((each) => each.slow).length) >= settings.slowCallRateThreshold)
    );
  }

  #judge(result: CircuitResult, slow: boolean): boolean {
    if (result === 'failure' || slow) return true;
    this.#successes += 1;
    if (this.#successes >= this.settings.successesToClose) this.#startOver();
    return false;
  }

  #isWaitedFor({ turn, settled, expiresAtMs }: NaiveTicket): boolean {
    return this.phase === 'half-open' && turn === this.#turn && !settled && this.nowMs < (expiresAtMs ?? 0);
  }

  #startOver(): void {
    this.#counted = [];
    this.#failuresInRow = 0;
    this.#closedSinceMs = this.nowMs;
    this.#enter('closed');
  }

  #enter(phase: Phase): void {
    this.phase = phase;
    this.#turn += 1;
  }
}
