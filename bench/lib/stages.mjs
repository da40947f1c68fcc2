// The stages of retry and circuit, and calls to run through them, without the SDK and without HTTP.
import { Call } from '../../libs/claude/dist/esm/call/call.js';
import { systemClock } from '../../libs/claude/dist/esm/call/clock.js';
import { operationOf } from '../../libs/claude/dist/esm/call/operations/operation-of.js';
import { composeStages } from '../../libs/claude/dist/esm/call/stage.js';
import { CIRCUIT_DEFAULTS } from '../../libs/claude/dist/esm/circuit/circuit.options.js';
import { CircuitRegistry } from '../../libs/claude/dist/esm/circuit/circuit.registry.js';
import { circuitStage } from '../../libs/claude/dist/esm/circuit/circuit.stage.js';
import { errorBody } from '../../libs/claude/dist/esm/errors/error-body.js';
import { summarizeFailure } from '../../libs/claude/dist/esm/errors/failure-summary.js';
import { RETRY_DEFAULTS } from '../../libs/claude/dist/esm/retry/retry.options.js';
import { retryStage } from '../../libs/claude/dist/esm/retry/retry.stage.js';
import { WireResponse } from '../../libs/claude/dist/esm/transport/wire-response.js';
import { PARAMS } from './requests.mjs';

const OPERATION = operationOf('post', '/v1/messages');
const REQUEST = { method: 'POST', url: 'http://127.0.0.1/', headers: new Headers(), body: JSON.stringify(PARAMS) };
const ENDPOINT = { name: 'default', key: null, limitDomain: 'default', maxConcurrent: null, exchange: null };

function callInit() {
  return {
    id: 'call_bench',
    instance: 'default',
    operation: OPERATION,
    request: REQUEST,
    params: PARAMS,
    stream: false,
    context: {},
    endpoint: ENDPOINT,
    usesEndpointKey: true,
    needsRealSignal: false,
    isSentDirectly: true,
    renewAuthorization: undefined,
    work: null,
    trace: null,
    maxAttempts: undefined,
    attemptTimeoutMs: 600_000,
    deadlineMs: 600_000,
    price: null,
    transmit: () => Promise.reject(new Error('Nothing is sent.')),
  };
}

/** A call as the middleware makes it, with an attempt that has succeeded. */
export function newCall() {
  const call = new Call(callInit(), systemClock, () => undefined);
  const attempt = call.beginAttempt();
  attempt.markSent();
  attempt.status = 200;
  attempt.end(null);
  return call;
}

/** A real call whose one attempt, over already, seems to be made anew each time: what is measured is the stages alone. */
export class OneAttemptCall extends Call {
  #seen = 0;

  static succeeded() {
    return OneAttemptCall.#ended(200, null);
  }

  static failed(status, failure) {
    return OneAttemptCall.#ended(status, failure);
  }

  get attemptCount() {
    return ++this.#seen;
  }

  static #ended(status, failure) {
    const call = new OneAttemptCall(callInit(), systemClock, () => undefined);
    const attempt = call.beginAttempt();
    attempt.markSent();
    attempt.status = status;
    attempt.end(failure);
    return call;
  }
}

function answer(status, body) {
  const headers = new Headers({ 'content-type': 'application/json' });
  return WireResponse.fromBytes({ status, headers }, Buffer.from(JSON.stringify(body)), body);
}

function stages(last, { retry = RETRY_DEFAULTS, circuit = CIRCUIT_DEFAULTS } = {}) {
  const circuits = new CircuitRegistry(circuit, systemClock, Math.random);
  const run = composeStages([retryStage(retry, systemClock, Math.random), circuitStage(circuits)], last);
  return { run, circuits };
}

/** Both stages with their defaults, around an answer that is there already. */
export function pipeline() {
  const good = answer(200, { type: 'message' });
  return stages(async () => good).run;
}

/** Both stages with the circuit of the model open. */
export function openPipeline() {
  const { run, circuits } = stages(() => Promise.reject(new Error('The circuit let it through.')), {
    circuit: { ...CIRCUIT_DEFAULTS, baseOpenMs: 3_600_000, maxOpenMs: 3_600_000 },
  });
  const circuit = circuits.pair(ENDPOINT.name, PARAMS.model);
  for (let failure = 0; failure < 5; failure++) circuit.tryAcquire(1_000).result('failure');
  const call = new Call(callInit(), systemClock, () => undefined);
  return () => run(call);
}

/** Both stages around an attempt that fails each time, with a circuit that failures alone never open, and no budget. */
export function unjudged() {
  const body = errorBody('overloaded_error', 'Overloaded');
  const bad = answer(529, body);
  const { run, circuits } = stages(async () => bad, {
    retry: { ...RETRY_DEFAULTS, maxAttempts: Infinity, budget: { maxTokens: 0, tokensPerCall: 0, tokensPerMinute: 0 } },
    circuit: { ...CIRCUIT_DEFAULTS, consecutiveFailures: Infinity, failureRateThreshold: 1, windowMs: 3_600_000 },
  });
  const circuit = circuits.pair(ENDPOINT.name, PARAMS.model);
  circuit.tryAcquire(1_000).result('success');
  const call = OneAttemptCall.failed(529, summarizeFailure(body, bad));
  return { run: () => run(call), failuresInWindow: () => circuit.snapshot().failures };
}
