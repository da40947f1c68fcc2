import { randomBytes } from 'node:crypto';
import { Subject } from 'rxjs';
import { Admission } from './admission/admission.js';
import type { AdmissionStore } from './admission/admission-store.js';
import { admitStage } from './admission/admit.stage.js';
import { BoundedStore } from './admission/bounded-store.js';
import { MemoryAdmissionStore } from './admission/memory-store.js';
import type { StoreEvent } from './admission/store.events.js';
import { AmbientContext } from './call/ambient-context.js';
import { callMiddleware } from './call/call-middleware.js';
import { ClaudeClient } from './call/claude-client.js';
import { systemClock, type Clock, type Random } from './call/clock.js';
import { PLACEHOLDER_KEY } from './call/endpoint.js';
import { LiveCalls } from './call/live-calls.js';
import { buildPipeline } from './call/pipeline.js';
import type { CallRecord } from './call/record.js';
import { sendStage } from './call/send.stage.js';
import type { NextStage } from './call/stage.js';
import { CIRCUIT_DEFAULTS } from './circuit/circuit.options.js';
import { CircuitRegistry } from './circuit/circuit.registry.js';
import { circuitStage } from './circuit/circuit.stage.js';
import type { ClaudeSettings } from './config/settings.js';
import { Batches } from './cost/batches/batches.js';
import { batchesStage } from './cost/batches/batches.stage.js';
import { Budgets } from './cost/budgets/budgets.js';
import { checkedBudgets } from './cost/budgets/resolve-budgets.js';
import { COST_DEFAULTS } from './cost/cost.options.js';
import { Costs } from './cost/costs.js';
import { pricedModelsStage } from './cost/priced-models.stage.js';
import type { KeyEvent } from './keys/key.events.js';
import { countInput } from './rate-limit/count-input.js';
import { RateLimiter } from './rate-limit/rate-limiter.js';
import { NO_LIMITS } from './rate-limit/resolve-rate-limits.js';
import { KnownSecrets } from './redaction/known-secrets.js';
import { redactingSdkLogger } from './redaction/redacting-sdk-logger.js';
import { Redactor } from './redaction/redactor.js';
import { retryStage } from './retry/retry.stage.js';
import { EndpointPool } from './routing/endpoint-pool.js';
import { limitViewOf, NO_LIMIT_VIEW } from './routing/limit-view.js';
import { routeStage } from './routing/route.stage.js';
import { sanitizeStage } from './sanitization/sanitize.stage.js';
import { resolveSanitization } from './sanitization/sanitization.settings.js';
import { Sanitizer } from './sanitization/sanitizer.js';
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
  /** The same, where it is the user's. */
  readonly boundedStore: BoundedStore | null;
  readonly storeEvents: Subject<StoreEvent>;
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
  readonly pool: EndpointPool;
  readonly keyEvents: Subject<KeyEvent>;
  /** What is looked for in requests. */
  readonly sanitizer: Sanitizer;
  readonly transport: Transport;
  /** Clears what is logged and quoted; knows the keys. */
  readonly redactor: Redactor;
  readonly clock: Clock;
}

/** What tests and other rooms put in. */
export interface RuntimeEnvironment {
  readonly clock?: Clock;
  readonly random?: Random;
  /** Hears of the value of each key that comes into use, to keep it out of what is printed. */
  readonly onKey?: (value: string) => void;
}

/** Puts one instance together. This is the list of its parts; what they do stands in their rooms. */
export function createRuntime(
  settings: ClaudeSettings,
  instance = 'default',
  { clock = systemClock, random = Math.random, onKey = () => undefined }: RuntimeEnvironment = {},
): ClaudeRuntime {
  // First, as it is the part that may refuse its options: nothing else is open then.
  const costs = new Costs(settings.cost === false ? COST_DEFAULTS : settings.cost, clock);
  const transport = createTransport(settings.transport);
  const redactor = new Redactor({ known: new KnownSecrets(clock) });
  const liveCalls = new LiveCalls();
  const records = new Subject<CallRecord>();
  const ambient = new AmbientContext(settings.context);
  const limits = settings.rateLimit === false ? NO_LIMITS : settings.rateLimit;
  const storeEvents = new Subject<StoreEvent>();
  const boundedStore = boundedStoreOf(settings, clock, (event) => storeEvents.next(event));
  const store = boundedStore ?? new MemoryAdmissionStore(clock);
  const admission = new Admission({
    store,
    clock,
    maxWaitMs: limits.queue.maxWaitMs,
    shadow: limits.mode === 'shadow',
  });
  const limiter: RateLimiter = new RateLimiter({
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
  const keyEvents = new Subject<KeyEvent>();
  const sanitizer = new Sanitizer(settings.sanitization || resolveSanitization(), clock);
  const circuits = new CircuitRegistry(settings.circuit === false ? CIRCUIT_DEFAULTS : settings.circuit, clock, random);
  const pool = new EndpointPool({
    endpoints: settings.endpoints,
    routing: settings.routing,
    baseURL: settings.baseURL,
    keys: { cache: settings.keyCache, clock, onKey, onEvent: (event) => keyEvents.next(event) },
    circuits: settings.circuit === false ? null : circuits,
    limits: settings.rateLimit === false ? NO_LIMIT_VIEW : limitViewOf(limiter),
    clock,
    random,
  });
  const middleware = callMiddleware({
    instance,
    pipeline: pipelineOf(settings, {
      admission,
      store,
      limiter,
      budgets,
      pool,
      circuits,
      costs,
      sanitizer,
      redactor,
      clock,
      random,
    }),
    endpoint: pool.endpoints[0],
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
  const client: ClaudeClient = new ClaudeClient({
    // Tracing costs a tenth of a call even where nobody traces, so it is for the user to switch on.
    openTelemetry: false,
    ...settings.client,
    logger: redactingSdkLogger(settings.client.logger ?? console, redactor),
    ...(usesOwnCredentials(pool) ? {} : { apiKey: () => Promise.resolve(PLACEHOLDER_KEY) }),
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
    boundedStore,
    storeEvents,
    limiter,
    admission,
    circuits,
    costs,
    budgets,
    pool,
    keyEvents,
    sanitizer,
    transport,
    redactor,
    clock,
  };
}

type StageParts = Pick<
  ClaudeRuntime,
  'admission' | 'store' | 'limiter' | 'budgets' | 'pool' | 'circuits' | 'costs' | 'sanitizer' | 'redactor' | 'clock'
> & {
  readonly random: Random;
};

function pipelineOf(settings: ClaudeSettings, parts: StageParts): NextStage {
  const { admission, store, limiter, budgets, pool, circuits, costs, sanitizer, redactor, clock, random } = parts;
  const { timeouts, maxEventBytes } = settings;
  const limitsOf = settings.rateLimit === false ? null : limiter.askOf;
  const askOf = budgets.accounts.length === 0 ? limitsOf : budgets.askOf(limitsOf ?? (() => null));
  return buildPipeline(
    {
      ...(settings.sanitization === false ? {} : { sanitize: sanitizeStage(sanitizer) }),
      ...(settings.cost === false ? {} : { batches: batchesStage(new Batches({ store, clock, costs, budgets })) }),
      retry: retryStage(settings.retry, clock, random, pool),
      ...(pool.endpoints.length === 1 ? {} : { route: routeStage(pool) }),
      ...(costs.prices.unknownModel === 'refuse' ? { price: pricedModelsStage(costs.prices, clock) } : {}),
      ...(askOf === null ? {} : { admit: admitStage(admission, askOf) }),
      ...(settings.circuit === false ? {} : { circuit: circuitStage(circuits) }),
      send: sendStage({ timeouts, maxEventBytes, redactor, clock }),
    },
    settings.stages,
  );
}

/** Whether the SDK's client has credentials of its own, which are none of our business. */
function usesOwnCredentials({ endpoints: [first] }: EndpointPool): boolean {
  return first.key === null && first.options.client === null;
}

/** Memory answers at once; anything else may not. */
function boundedStoreOf(
  { store, storeOutage, rateLimit }: ClaudeSettings,
  clock: Clock,
  tell: (event: StoreEvent) => void,
): BoundedStore | null {
  if (store === null) return null;
  const stopsNobody = rateLimit !== false && rateLimit.mode === 'shadow';
  return new BoundedStore(store, stopsNobody ? { ...storeOutage, limits: 'open' } : storeOutage, clock, tell);
}

/** Ids that no other process makes: a random part for this one, and a count. */
function callIds(): () => string {
  const process = randomBytes(9).toString('base64url');
  let count = 0;
  return () => `call_${process}${(count++).toString(36)}`;
}
