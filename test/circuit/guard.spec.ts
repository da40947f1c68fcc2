import type { INestApplicationContext } from '@nestjs/common';
import {
  CircuitBreakerGuard,
  CircuitBreakerService,
  ClaudeService,
  GuardedCircuit,
  type CircuitOptions,
} from 'nestjs-claude';
import { AnthropicSimulator } from 'nestjs-claude/testing';
import { PARAMS, rejection } from '../support/claude-harness.js';
import { bootGraphql, bootHttp, bootRpc, bootWebSocket, loadGraphqlFirst, type AppParts } from '../support/contexts.js';
import {
  exceptionEventOf,
  FILTERED,
  graphqlErrorOf,
  guardedApp,
  rpcErrorOf,
  WITH_AND_WITHOUT_FILTER,
  type Guarded,
} from '../support/guard-harness.js';

const CIRCUIT = `default/${PARAMS.model}`;

/** An application whose handler stands behind the guard. */
function guarded(circuit: CircuitOptions = {}, parts: Partial<AppParts> = {}): Guarded {
  const claude = { retry: false, circuit: { consecutiveFailures: 2, ...circuit } } as const;
  const decorator = GuardedCircuit({ model: PARAMS.model });
  return guardedApp(claude, { guards: [CircuitBreakerGuard], decorator, ...parts });
}

/** Has the model fail until its circuit opens. */
async function openByFailures(app: INestApplicationContext): Promise<void> {
  app.get(AnthropicSimulator).onMessage().failWith(529);
  const { messages } = app.get(ClaudeService);
  for (let failure = 0; failure < 2; failure++) await rejection(messages.create(PARAMS));
  expect(app.get(CircuitBreakerService).circuit(CIRCUIT).state).toBe('open');
}

const REPORT = {
  code: 'circuit_open',
  type: 'api_error',
  message: expect.stringContaining('suspended') as string,
  httpStatus: 503,
  retryAfterMs: expect.any(Number) as number,
};

describe.each(['Express', 'Fastify'] as const)('CircuitBreakerGuard on %s', (platform) => {
  it.each(WITH_AND_WITHOUT_FILTER)(
    'answers 503 and when to come back while the circuit is open, %s',
    async (_, more) => {
      const { handler, parts } = guarded({ baseOpenMs: 5_000 }, more);
      const { app, ask } = await bootHttp(platform, parts);
      expect((await ask()).status).toBe(200);
      await openByFailures(app);
      const response = await ask();
      expect([response.status, response.headers.get('x-claude-refusal')]).toEqual([503, 'circuit_open']);
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThanOrEqual(4);
      expect(Number(response.headers.get('retry-after'))).toBeLessThanOrEqual(6);
      expect(await response.json()).toEqual({
        type: 'error',
        error: { type: 'api_error', message: REPORT.message },
        request_id: response.headers.get('request-id'),
      });
      expect(handler).toHaveBeenCalledTimes(1);
    },
  );

  it('says that coming back does not help while the circuit is isolated by hand', async () => {
    const { handler, parts } = guarded();
    const { app, ask } = await bootHttp(platform, parts);
    const controller = app.get(CircuitBreakerService).controller(CIRCUIT);
    controller.isolate();
    const response = await ask();
    expect([response.status, response.headers.get('x-should-retry'), response.headers.get('retry-after')]).toEqual([
      503,
      'false',
      null,
    ]);
    expect(handler).not.toHaveBeenCalled();
    controller.close();
    expect((await ask()).status).toBe(200);
  });

  it('takes no place of a probe, however many it lets through', async () => {
    const { handler, parts } = guarded({ baseOpenMs: 20 });
    const { app, ask } = await bootHttp(platform, parts);
    await openByFailures(app);
    await new Promise((resolve) => setTimeout(resolve, 40));
    const statuses = await Promise.all(Array.from({ length: 5 }, async () => (await ask()).status));
    expect(statuses).toEqual([200, 200, 200, 200, 200]);
    expect(app.get(CircuitBreakerService).circuit(CIRCUIT).snapshot()).toMatchObject({
      state: 'half-open',
      permitsOut: 0,
      refused: 0,
    });
    expect(handler).toHaveBeenCalledTimes(5);
  });
});

describe('CircuitBreakerGuard elsewhere', () => {
  loadGraphqlFirst();

  it.each(WITH_AND_WITHOUT_FILTER)(
    'ends the field of a GraphQL query with code, status and wait, %s',
    async (_, more) => {
      const { handler, parts } = guarded({}, more);
      const { app, ask } = await bootGraphql(parts);
      expect((await ask()).data).toEqual({ ask: 'done' });
      await openByFailures(app);
      expect((await ask()).errors).toEqual([graphqlErrorOf(REPORT)]);
      expect(handler).toHaveBeenCalledTimes(1);
    },
  );

  it('sends a WebSocket client an exception event with code and wait', async () => {
    const { handler, parts } = guarded({}, FILTERED);
    const { app, ask } = await bootWebSocket(parts);
    await openByFailures(app);
    expect(await ask({ prompt: 'x' })).toEqual(exceptionEventOf(REPORT));
    expect(handler).not.toHaveBeenCalled();
  });

  it('rejects a message of a microservice with code and wait', async () => {
    const { handler, parts } = guarded({}, FILTERED);
    const { app, ask } = await bootRpc(parts);
    await expect(ask()).resolves.toBe('done');
    await openByFailures(app);
    await expect(ask()).rejects.toEqual(rpcErrorOf(REPORT));
    expect(handler).toHaveBeenCalledTimes(1);
  });
});
