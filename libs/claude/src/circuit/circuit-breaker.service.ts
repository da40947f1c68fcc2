import { Inject, Injectable } from '@nestjs/common';
import type { Observable } from 'rxjs';
import type { ClaudeRuntime } from '../claude.runtime.js';
import { CLAUDE_RUNTIME } from '../claude.tokens.js';
import { kindOf } from '../call/context.js';
import { classifyError } from '../errors/classify.js';
import { InvalidOptionsError } from '../errors/errors.js';
import { hasSdkRoot, isOfSdk } from '../errors/is-of-sdk.js';
import type { CircuitOpenError } from '../errors/refusals.js';
import { CircuitController, CircuitReader } from './circuit-handles.js';
import { circuitKey, type CircuitKey } from './circuit-key.js';
import { acquire, endpointRefusal } from './circuit-open.js';
import type { CircuitSnapshot } from './circuit-snapshot.js';
import type { CircuitResult } from './circuit-ticket.js';
import type { CircuitEvent } from './circuit.events.js';

/** How {@link CircuitBreakerService.execute} runs and judges a piece of work. */
export interface ExecuteOptions {
  /** Handed to the work. An abort of it says nothing of the other side, unless it is that of `AbortSignal.timeout()`. */
  readonly signal?: AbortSignal;
  /** How long a probe is waited for, in milliseconds, above 0. Default: `timeouts.attemptMs` and five seconds. */
  readonly leaseMs?: number;
  /**
   * Whether an error speaks against the other side; one that does not is neutral. Default: every error does, except
   * aborts, and errors of the SDK and of this module that are not the service's fault.
   */
  readonly isFailure?: (error: unknown) => boolean;
}

/** The circuits of this module instance: what they are at, a hand on each, and the same for work of your own. */
@Injectable()
export class CircuitBreakerService {
  /** Internal: what tells its tokens from those of other services. */
  static readonly tokenKey = 'circuits';

  /** What happens to any circuit. Hot: a subscriber sees what happens after it subscribed. */
  readonly events: Observable<CircuitEvent>;

  readonly #runtime: ClaudeRuntime;

  constructor(@Inject(CLAUDE_RUNTIME) runtime: object) {
    this.#runtime = runtime as ClaudeRuntime;
    this.events = this.#runtime.circuits.events;
  }

  /** All circuits there are. A circuit exists from its first call on. */
  snapshot(): readonly CircuitSnapshot[] {
    return this.#runtime.circuits.snapshot();
  }

  /** A circuit to look at, by its name (`default/claude-haiku-5-5`, `own:search`) or its key. */
  circuit(key: string | CircuitKey): CircuitReader {
    return new CircuitReader(this.#runtime.circuits, keyOf(key));
  }

  /** A circuit to isolate, close or reset, by its name or its key. */
  controller(key: string | CircuitKey): CircuitController {
    return new CircuitController(this.#runtime.circuits, keyOf(key));
  }

  /**
   * The error that a call would get from a circuit if it were made now, or `null`; always `null` with `circuit: false`.
   * Takes nothing: of many who ask in time for a probe all are told to go ahead.
   *
   * @param model A model whose circuit is open is no reason while one of its `retry.fallbackModels` would take over. Left
   *   out, there is an error only when no model that has been heard from would be let through.
   * @param endpoint Default `default`.
   */
  refusal(model?: string, endpoint = 'default'): CircuitOpenError | null {
    if (this.#runtime.settings.circuit === false) return null;
    return endpointRefusal(this.#runtime.circuits.endpoint(endpoint), model, this.#fallbacksOf);
  }

  /**
   * Runs work of your own under the circuit `own:<key>`, with the module's `circuit` options; with the defaults, where
   * `circuit: false` means that calls have none.
   *
   * @throws InvalidOptionsError for a `leaseMs` that is none.
   * @throws CircuitOpenError when the circuit refuses; the work was not begun.
   */
  async execute<T>(key: string, work: (signal?: AbortSignal) => Promise<T>, options: ExecuteOptions = {}): Promise<T> {
    const { circuits, clock, settings } = this.#runtime;
    const leaseMs = checkLease(options.leaseMs ?? settings.timeouts.attemptMs + 5_000);
    options.signal?.throwIfAborted();
    const circuit = circuits.own(key);
    const ticket = acquire(circuit, leaseMs);
    const startedAtMs = clock.now();
    let result: CircuitResult = 'neutral';
    try {
      const value = await work(options.signal);
      result = 'success';
      return value;
    } catch (error) {
      result = judge(error, options);
      throw error;
    } finally {
      ticket.result(result, circuit.isSlow(clock.now() - startedAtMs));
    }
  }

  readonly #fallbacksOf = (model: string): readonly string[] => {
    const { fallbackModels, maxAttempts } = this.#runtime.settings.retry;
    return maxAttempts > 1 && Object.hasOwn(fallbackModels, model) ? (fallbackModels[model] ?? []) : [];
  };
}

function checkLease(leaseMs: number): number {
  if (Number.isFinite(leaseMs) && leaseMs > 0) return leaseMs;
  throw new InvalidOptionsError(
    `\`leaseMs\` of execute() must be a number of milliseconds above 0, not ${kindOf(leaseMs)}: set it to how long the work may take.`,
  );
}

function keyOf(key: string | CircuitKey): CircuitKey {
  return typeof key === 'string' ? circuitKey(key) : key;
}

/** `AbortSignal.timeout()`: nobody left, the other side was too slow. */
function isTimeout(reason: unknown): boolean {
  return typeof reason === 'object' && reason !== null && 'name' in reason && reason.name === 'TimeoutError';
}

function judge(error: unknown, { isFailure, signal }: ExecuteOptions): CircuitResult {
  if (isFailure !== undefined) return asked(isFailure, error) ? 'failure' : 'neutral';
  if (signal?.aborted) return isTimeout(signal.reason) ? 'failure' : 'neutral';
  const { kind, countsAgainstCircuit } = classifyError(error);
  // Errors of other SDKs may have the shape of the API's, and are the work's own; so is what it wraps an error of ours in.
  const isOwn = kind === 'unexpected' ? !hasSdkRoot(error) : kind !== 'aborted' && !isOfSdk(error);
  return isOwn || countsAgainstCircuit ? 'failure' : 'neutral';
}

/** A judgement that fails must not hide what it was to judge. */
function asked(isFailure: (error: unknown) => boolean, error: unknown): boolean {
  try {
    return isFailure(error);
  } catch {
    return true;
  }
}
