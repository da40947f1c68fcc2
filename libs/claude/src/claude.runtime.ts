import { Subject } from 'rxjs';
import { Admission } from './admission/admission.js';
import type { AdmissionStore } from './admission/admission-store.js';
import type { BoundedStore } from './admission/bounded-store.js';
import { MemoryAdmissionStore } from './admission/memory-store.js';
import type { StoreEvent } from './admission/store.events.js';
import { AmbientContext } from './call/ambient-context.js';
import { callIds } from './call/call-ids.js';
import { callMiddleware } from './call/call-middleware.js';
import { ClaudeClient } from './call/claude-client.js';
import { systemClock, type Clock, type Random } from './call/clock.js';
import { PLACEHOLDER_KEY } from './call/endpoint.js';
import { LiveCalls } from './call/live-calls.js';
import type { CallRecord } from './call/record.js';
import { CIRCUIT_DEFAULTS } from './circuit/circuit.options.js';
import { CircuitRegistry } from './circuit/circuit.registry.js';
import { boundedStoreOf, sharedOpeningsOf } from './claude.store.js';
import { pipelineOf } from './claude.pipeline.js';
import type { ClaudeSettings } from './config/settings.js';
import { Budgets } from './cost/budgets/budgets.js';
import { checkedBudgets } from './cost/budgets/resolve-budgets.js';
import { COST_DEFAULTS } from './cost/cost.options.js';
import { Costs } from './cost/costs.js';
import type { KeyEvent } from './keys/key.events.js';
import { Observers } from './observability/observers.js';
import type { LineWriter } from './observability/request-log.js';
import { startObserving, type Observing } from './observability/start-observing.js';
import type { Tracing } from './observability/tracing/tracing.js';
import type { Optimizer } from './optimization/optimizer.js';
import { optimizerOf } from './optimization/resolve-strategies.js';
import { countInput } from './rate-limit/count-input.js';
import { RateLimiter } from './rate-limit/rate-limiter.js';
import { NO_LIMITS } from './rate-limit/resolve-rate-limits.js';
import { KnownSecrets } from './redaction/known-secrets.js';
import { redactingSdkLogger } from './redaction/redacting-sdk-logger.js';
import { Redactor } from './redaction/redactor.js';
import { EndpointPool } from './routing/endpoint-pool.js';
import { clientSecrets } from './routing/client-secrets.js';
import { limitViewOf, NO_LIMIT_VIEW } from './routing/limit-view.js';
import type { EndpointProber } from './routing/endpoint-prober.js';
import { startProber } from './routing/start-prober.js';
import { resolveSanitization } from './sanitization/sanitization.settings.js';
import { Sanitizer } from './sanitization/sanitizer.js';
import { createTransport, type Transport } from './transport/transport.js';

/** Everything one module instance is made of. Two instances share none of it. */
export interface ClaudeRuntime {
  /** Name of the instance. */
  readonly instance: string;
  readonly settings: ClaudeSettings;
  readonly client: ClaudeClient;
  readonly ambient: AmbientContext;
  readonly liveCalls: LiveCalls;
  readonly records: Subject<CallRecord>;
  /** Those of our own who hear of each record. */
  readonly observers: Observers<CallRecord>;
  /** What is observed beside records. */
  readonly observing: Observing;
  /** Where what is left of limits is kept. */
  readonly store: AdmissionStore;
  /** The same, where it is the user's. */
  readonly boundedStore: BoundedStore | null;
  readonly storeEvents: Subject<StoreEvent>;
  /** Told how long calls wait for it, in milliseconds. */
  readonly storeWaits: Observers<number>;
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
  /** What makes calls cheaper; without a strategy where that is off. */
  readonly optimizer: Optimizer;
  /** Where calls go. */
  readonly pool: EndpointPool;
  /** Asks endpoints that are out; `null` where only calls find out. */
  readonly prober: EndpointProber | null;
  readonly keyEvents: Subject<KeyEvent>;
  /** What is looked for in requests. */
  readonly sanitizer: Sanitizer;
  readonly transport: Transport;
  /** Clears what is logged and quoted; knows the keys. */
  readonly redactor: Redactor;
  readonly clock: Clock;
  readonly random: Random;
}

/** What tests and other rooms put in. */
export interface RuntimeEnvironment {
  readonly clock?: Clock;
  readonly random?: Random;
  /** Hears of the value of each key that comes into use, to keep it out of what is printed. */
  readonly onKey?: (value: string) => void;
  /** Writes the lines of the request log. Default: there is none. */
  readonly logWriter?: LineWriter | null;
  /** Default: nothing is traced. */
  readonly tracing?: Tracing | null;
}

/** Puts one instance together. This is the list of its parts; what they do stands in their rooms. */
export function createRuntime(
  settings: ClaudeSettings,
  instance = 'default',
  {
    clock = systemClock,
    random = Math.random,
    onKey = () => undefined,
    logWriter = null,
    tracing = null,
  }: RuntimeEnvironment = {},
): ClaudeRuntime {
  // First, as it is the part that may refuse its options: nothing else is open then.
  const costs = new Costs(settings.cost === false ? COST_DEFAULTS : settings.cost, clock);
  const optimizer = optimizerOf(settings.optimize, costs.prices, clock);
  const transport = createTransport(settings.transport);
  const redactor = new Redactor({ known: new KnownSecrets(clock) });
  const liveCalls = new LiveCalls();
  const records = new Subject<CallRecord>();
  const observers = new Observers<CallRecord>();
  records.subscribe((record) => observers.tell(record));
  const observing = startObserving({ instance, settings, observers, logWriter, tracing, redactor, random });
  const ambient = new AmbientContext(settings.context);
  const limits = settings.rateLimit === false ? NO_LIMITS : settings.rateLimit;
  const storeEvents = new Subject<StoreEvent>();
  const storeWaits = new Observers<number>();
  const boundedStore = boundedStoreOf(settings, clock, storeEvents, storeWaits);
  const store = boundedStore ?? new MemoryAdmissionStore(clock);
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
    correctInput: (countedTokens, model) => limiter.inputTokens(countedTokens, model),
    tell: (event) => costs.budgetEvents.next(event),
  });
  const keyEvents = new Subject<KeyEvent>();
  const sanitizer = new Sanitizer(settings.sanitization || resolveSanitization(), clock);
  const circuit = settings.circuit === false ? CIRCUIT_DEFAULTS : settings.circuit;
  const circuits = new CircuitRegistry(circuit, clock, random, undefined, sharedOpeningsOf(circuit, store, clock));
  const pool = new EndpointPool({
    endpoints: settings.endpoints,
    routing: settings.routing,
    baseURL: settings.baseURL,
    keys: {
      cache: settings.keyCache,
      clock,
      onKey,
      onSecret: (secret) => redactor.known.add(secret),
      onEvent: (event) => keyEvents.next(event),
    },
    circuits: settings.circuit === false ? null : circuits,
    limits: settings.rateLimit === false ? NO_LIMIT_VIEW : limitViewOf(limiter),
    clock,
    random,
  });
  const admission = new Admission({
    store,
    clock,
    maxWaitMs: limits.queue.maxWaitMs,
    watcher: pool.waiting,
    shadow: limits.mode === 'shadow',
  });
  const middleware = callMiddleware({
    instance,
    pipeline: pipelineOf(settings, {
      admission,
      store,
      limiter,
      budgets,
      optimizer,
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
    surroundings: () => ambient.current(),
    findTrace: tracing === null ? null : tracing.find,
    attemptMs: settings.timeouts.attemptMs,
    deadlineMs: settings.timeouts.deadlineMs,
    needsRealSignals: settings.transport.kind === 'fetch' || settings.transport.fetch !== undefined,
    price: settings.cost === false ? null : costs.prices.costOf,
    clock,
    newCallId: callIds(),
    onRecord: (record, call) => {
      if (record.optimization !== null) optimizer.count(record.optimization);
      if (settings.cost !== false) costs.book(record);
      observing.ending.begin(record, call);
      records.next(record);
      observing.ending.end();
    },
  });
  const clientOptions: ConstructorParameters<typeof ClaudeClient>[0] = {
    // It costs a tenth of a call even where nobody traces.
    ...(tracing === null && { openTelemetry: false }),
    ...settings.client,
    logger: settings.client.logger ?? console,
    ...(pool.usesOwnCredentials ? {} : { apiKey: () => Promise.resolve(PLACEHOLDER_KEY) }),
    baseURL: settings.baseURL,
    fetch: transport.fetch,
    middleware: [...settings.middleware, middleware],
  };
  const client: ClaudeClient = new ClaudeClient(clientOptions, (logger) => redactingSdkLogger(logger, redactor));
  const others = pool.endpoints.flatMap(({ options }) => clientSecrets(options.client));
  for (const secret of [client.authToken, client.webhookKey, ...others])
    if (secret !== null) redactor.known.add(secret);
  return {
    instance,
    settings,
    client,
    ambient,
    liveCalls,
    records,
    observers,
    observing,
    store,
    boundedStore,
    storeEvents,
    storeWaits,
    limiter,
    admission,
    circuits,
    costs,
    budgets,
    optimizer,
    pool,
    prober: startProber(settings.routing, client, { pool, clock, random }),
    keyEvents,
    sanitizer,
    transport,
    redactor,
    clock,
    random,
  };
}
