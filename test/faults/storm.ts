import { OverloadedError } from '@anthropic-ai/sdk';
import { CircuitOpenError, type ClaudeService, type RetryBudgetOptions, type StageInsertion } from 'nestjs-claude';
import type { RecordedRequest } from 'nestjs-claude/testing';
import { PARAMS, type ClaudeHarness } from '../support/claude-harness.js';
import type { FastClock } from '../support/fast-clock.js';

export const CALLERS = 200;
export const CIRCUIT = `default/${PARAMS.model}`;

/** Everybody who was let loose and has not been called back. */
const crowds = new Set<Crowd>();

/** Callers who ask again some time after each answer, until they are told to stop. */
export class Crowd {
  readonly errors: unknown[] = [];
  #leaving = false;
  readonly #callers: readonly Promise<void>[];

  /** @param thinkingMs Milliseconds, by the clock, between an answer and the next question. */
  constructor(
    private readonly claude: Pick<ClaudeService, 'messages'>,
    private readonly clock: FastClock,
    private readonly thinkingMs: number,
  ) {
    crowds.add(this);
    this.#callers = Array.from({ length: CALLERS }, (_, index) => this.#call((index / CALLERS) * thinkingMs));
  }

  async leave(): Promise<void> {
    this.#leaving = true;
    await Promise.all(this.#callers);
    crowds.delete(this);
  }

  async #call(afterMs: number): Promise<void> {
    await this.clock.sleep(afterMs);
    while (!this.#leaving) {
      await this.claude.messages.create(PARAMS).catch((error: unknown) => this.errors.push(error));
      await this.clock.sleep(this.thinkingMs);
    }
  }
}

/** A test that failed leaves its crowd behind, which would ask for ever. */
export async function disperse(): Promise<void> {
  await Promise.all([...crowds].map((crowd) => crowd.leave()));
}

/** How many attempts there were beyond the first of each call, and how many the retry budget's law allows. */
export function retriesAfter(
  elapsedMs: number,
  { maxTokens, tokensPerCall, tokensPerMinute }: Required<RetryBudgetOptions>,
  { records, sim }: ClaudeHarness,
): { readonly made: number; readonly allowed: number } {
  const calls = records.filter(({ attempts }) => attempts.length > 0).length;
  return {
    made: sim.requests.length - calls,
    allowed: maxTokens + tokensPerCall * calls + (tokensPerMinute * elapsedMs) / 60_000,
  };
}

/** Tells the simulator of each attempt what its circuit was at when it let the attempt through. */
export function telling(harness: () => ClaudeHarness): StageInsertion {
  return {
    after: 'circuit',
    use: (call, next) => {
      call.request.headers.set('x-circuit', harness().circuits.circuit(CIRCUIT).state);
      return next(call);
    },
  };
}

/** The probes that have reached the simulator, and how many of them were there at once at the most. */
export class ProbeWatch {
  probes = 0;
  atOnce = 0;

  constructor(private readonly sim: ClaudeHarness['sim']) {}

  /** Matches every request. */
  readonly see = ({ headers }: Pick<RecordedRequest, 'headers'>): boolean => {
    if (!isProbe({ headers })) return true;
    const active = this.sim.requests.filter((request) => request.outcome === 'active' && isProbe(request));
    this.probes += 1;
    this.atOnce = Math.max(this.atOnce, active.length);
    return true;
  };
}

function isProbe({ headers }: Pick<RecordedRequest, 'headers'>): boolean {
  return headers['x-circuit'] === 'half-open';
}

/** What the circuit of the model has gone through, as it goes. Refusals do not count. */
export function turnsOf({ circuits }: ClaudeHarness): readonly string[] {
  const turns: string[] = [];
  circuits.events.subscribe(({ circuit, type }) => {
    if (circuit === CIRCUIT && type !== 'refused') turns.push(type);
  });
  return turns;
}

/** Told by the API, or by the circuit with a time to come back at. */
export function isStormy(error: unknown): boolean {
  if (error instanceof CircuitOpenError) return (error.retryAfterMs ?? 0) > 0;
  return error instanceof OverloadedError;
}
