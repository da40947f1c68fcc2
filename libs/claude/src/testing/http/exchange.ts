import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../call/clock.js';
import type { FaultKind } from '../faults/fault.js';
import type { RequestDraft, RequestOutcome } from '../record/recorded-request.js';
import { ApiFailure, errorBody } from './api-failure.js';
import type { ApiKey } from './api-keys.js';
import { bodySteps, JSON_TYPE, type Step } from './step.js';
import { StepPlayer } from './step-player.js';

/** How a response ends when it plays to its end, and what it costs. */
export interface ResponseTerms {
  readonly fault?: FaultKind | null;
  /** `completed` unless a fault spoils the answer. */
  readonly outcome?: 'completed' | 'faulted';
  /** Called once, when it is known how many output tokens were generated. */
  readonly bill?: (generatedTokens: number) => void;
}

/** What an exchange needs from the simulator. */
export interface ExchangeContext {
  readonly requestId: string;
  readonly clock: Clock;
  readonly organizationId: string;
}

/** One request and its response, from the headers to the end of the connection's interest in it. */
export class Exchange {
  readonly request: IncomingMessage;
  readonly requestId: string;
  /** The last part of the path, where the route has an id there. */
  id = '';
  /** The query without `?`. */
  query = '';
  bodyText = '';
  /** Filled in as the exchange goes on; `null` when nothing is recorded. */
  draft: RequestDraft | null = null;
  readonly #response: ServerResponse;
  readonly #context: ExchangeContext;
  #apiKey: ApiKey | undefined;
  #json: unknown;
  #terms: ResponseTerms = {};
  #player: StepPlayer | undefined;
  #isSettled = false;

  constructor(request: IncomingMessage, response: ServerResponse, context: ExchangeContext) {
    this.request = request;
    this.requestId = context.requestId;
    this.#response = response;
    this.#context = context;
  }

  /** Whether it has ended; a late answer has nowhere to go. */
  get isOver(): boolean {
    return this.#isSettled;
  }

  /** The body, parsed once. @throws ApiFailure 400 for a body that is no JSON. */
  readJson(): unknown {
    return (this.#json ??= parseJson(this.bodyText));
  }

  /** Whether it came to the beta twin of an endpoint, or asks for a beta by header alone, as the SDK does. */
  get isBeta(): boolean {
    if (this.request.headers['anthropic-beta'] !== undefined) return true;
    return this.query !== '' && new URLSearchParams(this.query).get('beta') === 'true';
  }

  /** The key of an exchange that passed authentication. */
  get apiKey(): ApiKey {
    if (!this.#apiKey) throw new Error('This exchange has not been authenticated.');
    return this.#apiKey;
  }

  set apiKey(key: ApiKey) {
    this.#apiKey = key;
    if (this.draft) this.draft.apiKeyIndex = key.index;
  }

  /** Headers of every response, as a flat list of names and values. */
  ownHeaders(): readonly string[] {
    const organizationId = this.#apiKey?.organizationId ?? this.#context.organizationId;
    return ['request-id', this.requestId, 'anthropic-organization-id', organizationId];
  }

  /** @param before Steps that come first. */
  json(body: object, before: readonly Step[] = []): void {
    this.play([...before, ...bodySteps(200, [...JSON_TYPE, ...this.ownHeaders()], JSON.stringify(body))]);
  }

  fail(failure: ApiFailure): void {
    const headers = [...JSON_TYPE, ...this.ownHeaders(), ...failure.headers];
    this.play(bodySteps(failure.status, headers, errorBody(failure, this.requestId)));
  }

  /** A handler threw: the API's own failures are answered as they are, anything else is a mistake of the test's. */
  crash(error: unknown): void {
    if (error instanceof ApiFailure) this.fail(error);
    else this.fail(new ApiFailure(500, `The simulator could not answer: ${String(error)}`));
  }

  play(steps: readonly Step[], terms: ResponseTerms = {}): void {
    if (this.#isSettled) return;
    this.#terms = terms;
    if (this.draft) this.draft.fault = terms.fault ?? null;
    this.#player = new StepPlayer(this.#response, this.#context.clock, steps, () =>
      this.#settle(terms.outcome ?? 'completed'),
    );
    this.#player.play();
  }

  /** The connection or the response is gone: whatever still plays ends here. */
  closed(why: 'clientAborted' | 'simulatorClosed'): void {
    this.#player?.stop();
    if (!this.#isSettled) this.#settle(this.#terms.outcome === 'faulted' ? 'faulted' : why);
    else if (!this.#response.writableFinished && this.draft?.outcome === 'completed') this.draft.outcome = why;
  }

  #settle(outcome: RequestOutcome): void {
    this.#isSettled = true;
    if (this.draft) {
      this.draft.outcome = outcome;
      this.draft.status = this.#response.headersSent ? this.#response.statusCode : null;
    }
    this.#terms.bill?.(this.#player?.generatedTokens ?? 0);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new ApiFailure(400, 'The request body is not valid JSON.');
  }
}
