import type { CircuitBreaker } from '../../circuit/circuit-breaker.js';
import { shownNames, type CircuitHealth } from '../health-report.js';

/**
 * Whether circuits refuse calls. One whose open time is over does not, or no call would come that closes it; one in shadow
 * mode never does.
 */
export function circuitHealth(circuits: Iterable<CircuitBreaker>): CircuitHealth {
  const open: string[] = [];
  for (const each of circuits) if (each.refusal() !== null) open.push(each.circuit);
  return { status: open.length > 0 ? 'degraded' : 'up', open: open.length, circuits: shownNames(open) };
}
