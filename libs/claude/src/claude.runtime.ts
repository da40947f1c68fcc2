import { randomBytes } from 'node:crypto';
import { Subject } from 'rxjs';
import { Admission } from './admission/admission.js';
import type { AdmissionStore } from './admission/admission-store.js';
import { admitStage } from './admission/admit.stage.js';
import { MemoryAdmissionStore } from './admission/memory-store.js';
import { AmbientContext } from './call/ambient-context.js';
import { callMiddleware } from './call/call-middleware.js';
import { ClaudeClient } from './call/claude-client.js';
import { systemClock, type Clock, type Random } from './call/clock.js';
import { PLACEHOLDER_KEY, type Endpoint } from './call/endpoint.js';
import { LiveCalls } from './call/live-calls.js';
import { buildPipeline } from './call/pipeline.js';
import type { CallRecord } from './call/record.js';
import { sendStage } from './call/send.stage.js';
import type { NextStage } from './call/stage.js';
import { CIRCUIT_DEFAULTS } from './circuit/circuit.options.js';
import { CircuitRegistry } from './circuit/circuit.registry.js';
import { circuitStage } from './circuit/circuit.stage.js';
import type { ClaudeSettings } from './config/settings.js';
import { Budgets } from './cost/budgets/budgets.js';
import { checkedBudgets } from './cost/budgets/resolve-budgets.js';
import { COST_DEFAULTS } from './cost/cost.options.js';
import { Costs } from './cost/costs.js';
import { pricedModelsStage } from './cost/priced-models.stage.js';
import { countInput } from './rate-limit/count-input.js';
import { RateLimiter } from './rate-limit/rate-limiter.js';
import { NO_LIMITS } from './rate-limit/resolve-rate-limits.js';
import { KnownSecrets } from './redaction/known-secrets.js';
import { redactingSdkLogger } from './redaction/redacting-sdk-logger.js';
import { Redactor } from './redaction/redactor.js';
import { retryStage } from './retry/retry.stage.js';
import { createTransport, type Transport } from './transport/transport.js';

/** Everything one module instance is made of. Two instances share none of it. */
export interface ClaudeRuntime {
  readonly settings: ClaudeSettings;
  readonly client: ClaudeClient;
  readonly ambient: AmbientContext;
  readonly liveCalls: LiveCalls;
  readonly records: Subject<CallRecord>;
  /** Where what is left of limits is kept. */
  readonly store: AdmissionStore;
  /** What is limited, and by how much. */
  readonly limiter: RateLimiter;
  /** Who is let through, and when. */
  readonly admission: Admission;
  /** Open or closed, per endpoint and model. */
  readonly circuits: CircuitRegistry;
  /** What calls cost. */
  readonly costs: Costs;
  /** How much they may cost. */
  readonly budgets: Budgets;
  /** Where calls go. */
  readonly endpoint: Endpoint;
  readonly transport: Transport;
  /** Clears what is logged and quoted; knows the keys. */
  readonly redactor: Redactor;
  readonly clock: Clock;
}

/** Time and chance, for tests to replace. */
export interface RuntimeEnvironment {
  readonly clock?: Clock;
  readonly random?: Random;
}

/** Puts one instance together. This is the list of its parts; what they do stands in their rooms. */
export function createRuntime(
  settings: ClaudeSettings,
  instance = 'default',
  { clock = systemClock, random = Math.random }: RuntimeEnvironment = {},
): ClaudeRuntime {
  // First, as it is the part that may refuse its options: nothing else is open then.
  const costs = new Costs(settings.cost === false ? COST_DEFAULTS : settings.cost, clock);
  const transport = createTransport(settings.transport);
  const redactor = new Redactor({ known: new KnownSecrets(clock) });
  const liveCalls = new LiveCalls();
  const records = new Subject<CallRecord>();
  const ambient = new AmbientContext(settings.context);
  const limits = settings.rateLimit === false ? NO_LIMITS : settings.rateLimit;
  const store = settings.store ?? new MemoryAdmissionStore(clock);
  const admission = new Admission({
    store,
    clock,
    maxWaitMs: limits.queue.maxWaitMs,
    shadow: limits.mode === 'shadow',
  });
  const limiter = new RateLimiter({
    settings: limits,
    store,
    clock,
    random,
    countInput: limits.estimate.input === 'count-tokens' ? (call) => countInput(client, call) : null,
  });
  const budgets = new Budgets({
    budgets: checkedBudgets(settings.cost === false ? [] : settings.cost.budgets, costs.prices, clock),
    store,
    clock,
    prices: costs.prices,
    estimateInput: (params, model) => limiter.estimate({ params, model, requestType: null }).inputTokens,
    tell: (event) => costs.budgetEvents.next(event),
  });
  const endpoint: Endpoint = { name: 'default', key: settings.key, keyId: 'default', limitDomain: 'default' };
  const circuits = new CircuitRegistry(settings.circuit === false ? CIRCUIT_DEFAULTS : settings.circuit, clock, random);
  const middleware = callMiddleware({
    instance,
    pipeline: pipelineOf(settings, { admission, limiter, budgets, circuits, costs, redactor, clock, random }),
    endpoint,
    liveCalls,
    ambientContext: () => ambient.current(),
    attemptMs: settings.timeouts.attemptMs,
    deadlineMs: settings.timeouts.deadlineMs,
    needsRealSignals: settings.transport.kind === 'fetch' || settings.transport.fetch !== undefined,
    price: settings.cost === false ? null : costs.prices.costOf,
    clock,
    newCallId: callIds(),
    onRecord: (record) => {
      if (settings.cost !== false) costs.book(record);
      records.next(record);
    },
  });
  const client = new ClaudeClient({
    // Tracing costs a tenth of a call even where nobody traces, so it is for the user to switch on.
    openTelemetry: false,
    ...settings.client,
    logger: redactingSdkLogger(settings.client.logger ?? console, redactor),
    ...(settings.key === null ? {} : { apiKey: () => Promise.resolve(PLACEHOLDER_KEY) }),
    baseURL: settings.baseURL,
    fetch: transport.fetch,
    middleware: [...settings.middleware, middleware],
  });
  for (const secret of [client.authToken, client.webhookKey]) if (secret !== null) redactor.known.add(secret);
  return {
    settings,
    client,
    ambient,
    liveCalls,
    records,
    store,
    limiter,
    admission,
    circuits,
    costs,
    budgets,
    endpoint,
    transport,
    redactor,
    clock,
  };
}

type StageParts = Pick<
  ClaudeRuntime,
  'admission' | 'limiter' | 'budgets' | 'circuits' | 'costs' | 'redactor' | 'clock'
> & {
  readonly random: Random;
};

function pipelineOf(settings: ClaudeSettings, parts: StageParts): NextStage {
  const { admission, limiter, budgets, circuits, costs, redactor, clock, random } = parts;
  const { timeouts, maxEventBytes } = settings;
  const limitsOf = settings.rateLimit === false ? null : limiter.askOf;
  const askOf = budgets.accounts.length === 0 ? limitsOf : budgets.askOf(limitsOf ?? (() => null));
  return buildPipeline(
    {
      retry: retryStage(settings.retry, clock, random),
      ...(costs.prices.unknownModel === 'refuse' ? { price: pricedModelsStage(costs.prices, clock) } : {}),
      ...(askOf === null ? {} : { admit: admitStage(admission, askOf) }),
      ...(settings.circuit === false ? {} : { circuit: circuitStage(circuits) }),
      send: sendStage({ timeouts, maxEventBytes, redactor, clock }),
    },
    settings.stages,
  );
}

/** Ids that no other process makes: a random part for this one, and a count. */
function callIds(): () => string {
  const process = randomBytes(9).toString('base64url');
  let count = 0;
  return () => `call_${process}${(count++).toString(36)}`;
}
