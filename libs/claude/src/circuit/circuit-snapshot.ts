import type { CircuitKey } from './circuit-key.js';
import type { CircuitState } from './circuit-state.js';
import type { OpenReason } from './circuit.events.js';

/** What a circuit looked like at one moment. Frozen plain data. */
export interface CircuitSnapshot {
  /** The circuit's name for people. */
  readonly circuit: string;
  readonly key: CircuitKey;
  /** `half-open` as soon as the open time is over: the next call probes. */
  readonly state: CircuitState['kind'];
  /** Calls in the window that succeeded or failed; while open, those that were counted before it opened. */
  readonly calls: number;
  readonly failures: number;
  readonly slow: number;
  /** 0 to 1; 0 without calls. */
  readonly failureRate: number;
  /** Failures since the last success. 0 unless closed. */
  readonly consecutiveFailures: number;
  /** How often in a row it opened without a healthy time in between; the open time doubles with it. */
  readonly openings: number;
  /** How long it is open in all, in milliseconds; `null` unless open. */
  readonly openForMs: number | null;
  /** After how many milliseconds a refused call may be let through; `null` when it would be now, or nobody can say. */
  readonly retryAfterMs: number | null;
  /** Probes under way. */
  readonly permitsOut: number;
  /** Calls refused since the circuit was made. */
  readonly refused: number;
  /** Calls that shadow mode let through since the circuit was made. */
  readonly shadowRefused: number;
  /** `null` when it never opened, or not since a reset. */
  readonly lastOpenedReason: OpenReason | null;
}
