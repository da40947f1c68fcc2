import 'reflect-metadata';
import { Controller, Get, Query, UseGuards, type ExecutionContext, type INestApplication } from '@nestjs/common';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { Test } from '@nestjs/testing';
import type { ClaudeError } from '../errors/claude-error.js';
import { getClaudeToken } from '../inject-claude.decorator.js';
import { ManualClock } from '../testing/clock/manual-clock.js';
import { CircuitBreakerGuard, GuardedCircuit } from './circuit-breaker.guard.js';
import { CircuitBreakerService } from './circuit-breaker.service.js';
import { CIRCUIT_DEFAULTS } from './circuit.options.js';
import { CircuitRegistry } from './circuit.registry.js';

const clock = new ManualClock();

function registryOf(): CircuitRegistry {
  return new CircuitRegistry(CIRCUIT_DEFAULTS, clock, () => 0.5);
}

function serviceOf(circuits = registryOf()): CircuitBreakerService {
  return new CircuitBreakerService({
    circuits,
    clock,
    settings: { timeouts: { attemptMs: 30_000 }, retry: { maxAttempts: 3, fallbackModels: {} } },
  });
}

function queryModel(context: ExecutionContext): string | undefined {
  return context.switchToHttp().getRequest<{ query: { model?: string } }>().query.model;
}

@Controller()
@UseGuards(CircuitBreakerGuard)
@GuardedCircuit({ model: 'a' })
class ChatController {
  @Get('class')
  ofClass(): string {
    return 'answered';
  }

  @Get('any')
  @GuardedCircuit({})
  ofAny(): string {
    return 'answered';
  }

  @Get('asked')
  @GuardedCircuit({ model: queryModel })
  ofQuery(@Query('model') model: string): string {
    return model;
  }

  @Get('elsewhere')
  @GuardedCircuit({ model: 'a', endpoint: 'eu' })
  ofEndpoint(): string {
    return 'answered';
  }

  @Get('batch')
  @GuardedCircuit({ instance: 'batch' })
  ofInstance(): string {
    return 'answered';
  }
}

@Controller()
@UseGuards(CircuitBreakerGuard)
class PlainController {
  @Get('plain')
  plain(): string {
    return 'answered';
  }
}

let app: INestApplication;
let own: CircuitBreakerService;
let circuits: CircuitRegistry;
let batch: CircuitBreakerService;

beforeEach(async () => {
  circuits = registryOf();
  own = serviceOf(circuits);
  batch = serviceOf();
  const module = await Test.createTestingModule({
    controllers: [ChatController, PlainController],
    providers: [
      { provide: CircuitBreakerService, useValue: own },
      { provide: getClaudeToken('batch', CircuitBreakerService), useValue: batch },
    ],
  }).compile();
  app = module.createNestApplication({ logger: false });
  await app.listen(0, '127.0.0.1');
});
afterEach(() => app.close());

async function statusOf(path: string): Promise<number> {
  const response = await fetch((await app.getUrl()) + path);
  await response.body?.cancel();
  return response.status;
}

function thrownBy(action: () => unknown): Partial<ClaudeError> {
  try {
    action();
  } catch (error) {
    return error as ClaudeError;
  }
  throw new Error('Nothing was thrown.');
}

describe('CircuitBreakerGuard', () => {
  it('lets through while nothing refuses', async () => {
    expect(await statusOf('/class')).toBe(200);
    expect(await statusOf('/plain')).toBe(200);
  });

  it('turns away from handlers of the model whose circuit is open', async () => {
    own.controller('default/a').isolate();
    circuits.pair('default', 'b').tryAcquire(1)?.result('success');
    expect(await statusOf('/class')).toBe(503);
    expect(await statusOf('/any')).toBe(200);
    expect(await statusOf('/elsewhere')).toBe(200);
    expect(await statusOf('/batch')).toBe(200);
  });

  it('asks the request for its model', async () => {
    own.controller('default/a').isolate();
    circuits.pair('default', 'b').tryAcquire(1)?.result('success');
    expect(await statusOf('/asked?model=a')).toBe(503);
    expect(await statusOf('/asked?model=b')).toBe(200);
    expect(await statusOf('/asked')).toBe(200);
  });

  it('turns all away while the endpoint as a whole refuses', async () => {
    own.controller('default').isolate();
    expect(await statusOf('/class')).toBe(503);
    expect(await statusOf('/any')).toBe(503);
    expect(await statusOf('/plain')).toBe(503);
    expect(await statusOf('/elsewhere')).toBe(200);
  });

  it('knows endpoints and instances apart', async () => {
    own.controller('eu/a').isolate();
    expect(await statusOf('/elsewhere')).toBe(503);
    expect(await statusOf('/class')).toBe(200);
    batch.controller('default').isolate();
    expect(await statusOf('/batch')).toBe(503);
    expect(await statusOf('/any')).toBe(200);
  });

  it('takes no probe, and counts no call', async () => {
    own.controller('default/a').isolate();
    await statusOf('/class');
    expect(own.circuit('default/a').snapshot()).toMatchObject({ refused: 0, permitsOut: 0 });
  });

  it.each<[string, string | undefined, string]>([
    ['one without a name', undefined, 'without a name'],
    ['one of that name', 'bulk', "named 'bulk'"],
  ])('says how to name an instance where %s is not registered', async (_, instance, which) => {
    const providers = [
      { provide: getClaudeToken('batch', CircuitBreakerService), useValue: batch },
      CircuitBreakerGuard,
    ];
    const module = await Test.createTestingModule({ providers }).compile();
    class Handlers {
      @GuardedCircuit({ ...(instance !== undefined && { instance }) })
      handle(): string {
        return 'answered';
      }
    }
    const context = new ExecutionContextHost([], Handlers, Handlers.prototype.handle);
    const { code, message } = thrownBy(() => module.get(CircuitBreakerGuard).canActivate(context));
    expect(code).toBe('invalid_options');
    expect(message).toContain(which);
    expect(message).toContain('`@GuardedCircuit({ instance })`');
  });

  it('throws the CircuitOpenError itself where there is no HTTP', async () => {
    own.controller('default/a').isolate();
    const guard = app.get(CircuitBreakerGuard, { strict: false });
    const context = {
      getType: () => 'rpc',
      getHandler: () => ChatController.prototype.ofClass,
      getClass: () => ChatController,
    } as unknown as ExecutionContext;
    expect(() => guard.canActivate(context)).toThrow(
      expect.objectContaining({ code: 'circuit_open', circuit: 'default/a', isolated: true }),
    );
  });
});
