import { CircuitOpenError } from '../errors/refusals.js';
import type { CircuitBreaker } from './circuit-breaker.js';
import type { CircuitRefusal } from './circuit-refusal.js';
import type { CircuitTicket } from './circuit-ticket.js';
import type { EndpointCircuits } from './circuit.registry.js';

/** What a circuit says that let time run out between refusing and being asked why. */
const NOW: CircuitRefusal = Object.freeze({ retryAfterMs: 1, isolated: false });

/**
 * Leave for one call.
 *
 * @throws CircuitOpenError when the circuit refuses.
 */
export function acquire(circuit: CircuitBreaker, leaseMs: number): CircuitTicket {
  const ticket = circuit.tryAcquire(leaseMs);
  if (ticket === null) throw openError(circuit, circuit.refusal() ?? NOW);
  return ticket;
}

/** The models that take over from one whose circuit is open. */
export type FallbacksOf = (model: string) => readonly string[];

/**
 * The error that a call to an endpoint would get now, or `null`. Takes no permit. Without a model it is an error only
 * when no model that has been heard from would be let through, nor one that takes over for it.
 */
export function endpointRefusal(
  circuits: EndpointCircuits | undefined,
  model: string | undefined,
  fallbacksOf: FallbacksOf,
): CircuitOpenError | null {
  if (circuits === undefined) return null;
  const { rollUp, models } = circuits;
  const whole = rollUp.refusal();
  if (whole !== null) return openError(rollUp, whole);
  const asked = model === undefined ? heardFrom(circuits) : [model];
  return everyModelRefuses(models, new Set([...asked, ...asked.flatMap(fallbacksOf)]));
}

/** Whoever invents a model makes a closed circuit: one that knows of no call does not speak for the endpoint. */
function heardFrom({ models }: EndpointCircuits): string[] {
  const heard: string[] = [];
  for (const [model, circuit] of models) if (model !== null && !circuit.isIdle) heard.push(model);
  return heard;
}

/** The error of the model that may be back first, if every model refuses. */
function everyModelRefuses(circuits: EndpointCircuits['models'], models: ReadonlySet<string>): CircuitOpenError | null {
  let soonest: { readonly circuit: CircuitBreaker; readonly refusal: CircuitRefusal } | null = null;
  for (const model of models) {
    const circuit = circuits.get(model);
    const refusal = circuit?.refusal() ?? null;
    if (circuit === undefined || refusal === null) return null;
    if (soonest === null || isSooner(refusal, soonest.refusal)) soonest = { circuit, refusal };
  }
  return soonest === null ? null : openError(soonest.circuit, soonest.refusal);
}

function isSooner(one: CircuitRefusal, other: CircuitRefusal): boolean {
  return (one.retryAfterMs ?? Infinity) < (other.retryAfterMs ?? Infinity);
}

function openError({ circuit }: CircuitBreaker, refusal: CircuitRefusal): CircuitOpenError {
  return new CircuitOpenError({ circuit, ...refusal });
}
