// A handler behind the guard, in an application of Nest, with the circuit of its model open.
import 'reflect-metadata';
import { ServerResponse } from 'node:http';
import { NestFactory } from '@nestjs/core';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { CircuitBreakerGuard, ClaudeModule, GuardedCircuit } from '../../libs/claude/dist/esm/index.js';
import { CLAUDE_RUNTIME } from '../../libs/claude/dist/esm/claude.tokens.js';
import { PARAMS } from './requests.mjs';

class Handlers {
  ask() {}
}
// oxlint-disable-next-line typescript/unbound-method -- a decorator takes the handler itself
const { ask } = Handlers.prototype;
GuardedCircuit({ model: PARAMS.model })(
  Handlers.prototype,
  'ask',
  Object.getOwnPropertyDescriptor(Handlers.prototype, 'ask'),
);

export async function guardedHandler() {
  const claude = ClaudeModule.forRoot({ apiKey: 'bench', circuit: { baseOpenMs: 3_600_000, maxOpenMs: 3_600_000 } });
  class BenchModule {}
  const app = await NestFactory.createApplicationContext(
    { module: BenchModule, imports: [claude], providers: [CircuitBreakerGuard] },
    { logger: false },
  );
  const circuit = app.get(CLAUDE_RUNTIME, { strict: false }).circuits.pair('default', PARAMS.model);
  while (circuit.refusal() === null) circuit.tryAcquire(1_000).result('failure');
  const guard = app.get(CircuitBreakerGuard);
  return { turnAway: async () => turnAway(guard), close: () => app.close() };
}

/** One request: each has a context and a response of its own, as Nest makes them. */
function turnAway(guard) {
  const request = { method: 'POST' };
  const response = new ServerResponse(request);
  const context = new ExecutionContextHost([request, response], Handlers, ask);
  try {
    guard.canActivate(context);
  } catch (error) {
    if (error.getStatus?.() === 503 && response.hasHeader('retry-after')) return;
    throw error;
  }
  throw new Error('The guard let it through.');
}
