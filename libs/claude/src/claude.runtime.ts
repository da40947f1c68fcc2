import { randomBytes } from 'node:crypto';
import { Subject } from 'rxjs';
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
import { retryStage } from './retry/retry.stage.js';
import { createTransport, type Transport } from './transport/transport.js';

/** Everything one module instance is made of. Two instances share none of it. */
export interface ClaudeRuntime {
  readonly settings: ClaudeSettings;
  readonly client: ClaudeClient;
  readonly ambient: AmbientContext;
  readonly liveCalls: LiveCalls;
  readonly records: Subject<CallRecord>;
  /** Open or closed, per endpoint and model. */
  readonly circuits: CircuitRegistry;
  readonly transport: Transport;
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
  const transport = createTransport(settings.transport);
  const liveCalls = new LiveCalls();
  const records = new Subject<CallRecord>();
  const ambient = new AmbientContext(settings.context);
  const circuits = new CircuitRegistry(settings.circuit === false ? CIRCUIT_DEFAULTS : settings.circuit, clock, random);
  const middleware = callMiddleware({
    instance,
    pipeline: pipelineOf(settings, circuits, clock, random),
    endpoint: { name: 'default', key: settings.key, limitDomain: 'default' },
    liveCalls,
    ambientContext: () => ambient.current(),
    attemptMs: settings.timeouts.attemptMs,
    deadlineMs: settings.timeouts.deadlineMs,
    needsRealSignals: settings.transport.kind === 'fetch' || settings.transport.fetch !== undefined,
    clock,
    newCallId: callIds(),
    onRecord: (record) => records.next(record),
  });
  const client = new ClaudeClient({
    // Tracing costs a tenth of a call even where nobody traces, so it is for the user to switch on.
    openTelemetry: false,
    ...settings.client,
    ...(settings.key === null ? {} : { apiKey: () => Promise.resolve(PLACEHOLDER_KEY) }),
    baseURL: settings.baseURL,
    fetch: transport.fetch,
    middleware: [...settings.middleware, middleware],
  });
  return { settings, client, ambient, liveCalls, records, circuits, transport, clock };
}

function pipelineOf(settings: ClaudeSettings, circuits: CircuitRegistry, clock: Clock, random: Random): NextStage {
  const { timeouts, maxEventBytes } = settings;
  return buildPipeline(
    {
      retry: retryStage(settings.retry, clock, random),
      ...(settings.circuit === false ? {} : { circuit: circuitStage(circuits) }),
      send: sendStage({ timeouts, maxEventBytes, clock }),
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
