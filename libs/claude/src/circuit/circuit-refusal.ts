import { probesOut, type CircuitState } from './circuit-state.js';
import type { CircuitSettings } from './circuit.options.js';

/** Why a call would not be let through. */
export interface CircuitRefusal {
  /** Milliseconds after which a call may be let through; `undefined` where only a person can tell. */
  readonly retryAfterMs: number | undefined;
  /** Whether somebody opened the circuit until further notice. */
  readonly isolated: boolean;
}

/** Nobody is told to come back later than this for the end of a probe: most end long before their lease. */
const PROBE_HINT_MS = 1_000;

const ISOLATED: CircuitRefusal = Object.freeze({ retryAfterMs: undefined, isolated: true });

/** Why a circuit in this state refuses a call, or `null` if it does not. */
export function refusalIn(
  state: CircuitState,
  { permittedCallsInHalfOpen }: CircuitSettings,
  nowMs: number,
): CircuitRefusal | null {
  if (state.kind === 'closed') return null;
  if (state.kind === 'isolated') return ISOLATED;
  if (state.kind === 'open') return nowMs < state.untilMs ? forMs(state.untilMs - nowMs) : null;
  const probes = probesOut(state, nowMs);
  if (probes.length < permittedCallsInHalfOpen) return null;
  return forMs(Math.min(PROBE_HINT_MS, ...probes.map(({ expiresAtMs }) => expiresAtMs - nowMs)));
}

function forMs(ms: number): CircuitRefusal {
  return { retryAfterMs: Math.max(1, Math.ceil(ms)), isolated: false };
}
