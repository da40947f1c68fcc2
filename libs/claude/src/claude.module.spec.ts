import 'reflect-metadata';
import { Injectable, Module, type INestApplicationContext, type ModuleMetadata } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { PARAMS } from '../../../test/support/claude-harness.js';
import { CircuitBreakerService } from './circuit/circuit-breaker.service.js';
import { ClaudeModule } from './claude.module.js';
import type { ClaudeModuleOptions, ClaudeOptionsFactory } from './claude.options.js';
import { ClaudeService } from './claude.service.js';
import { InvalidOptionsError } from './errors/errors.js';
import { getClaudeToken, InjectClaude } from './inject-claude.decorator.js';
import { AnthropicSimulator } from './testing/index.js';

let sim: AnthropicSimulator;
const apps: INestApplicationContext[] = [];

beforeAll(async () => {
  sim = await AnthropicSimulator.start({ apiKeys: ['key-a', 'key-b'] });
});
afterAll(() => sim.close());
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()));
  delete process.env['ANTHROPIC_API_KEY'];
  delete process.env['ANTHROPIC_BASE_URL'];
  sim.reset();
});

async function boot(metadata: ModuleMetadata): Promise<INestApplicationContext> {
  @Module(metadata)
  class AppModule {}
  const app = await NestFactory.createApplicationContext(AppModule, { logger: false, abortOnError: false });
  apps.push(app);
  return app;
}

/** Which of the simulator's keys a service calls with. */
async function keyOf(claude: ClaudeService): Promise<number | null> {
  await claude.messages.create(PARAMS);
  return sim.lastRequest().apiKeyIndex;
}

const options = (apiKey: string): ClaudeModuleOptions => ({ apiKey, baseURL: sim.url });

@Injectable()
class Options implements ClaudeOptionsFactory {
  createClaudeOptions(): ClaudeModuleOptions {
    return options('key-b');
  }
}

@Module({ providers: [Options], exports: [Options] })
class OptionsModule {}

describe('ClaudeModule', () => {
  it('works without any option when the environment has a key', async () => {
    process.env['ANTHROPIC_API_KEY'] = 'key-a';
    process.env['ANTHROPIC_BASE_URL'] = sim.url;
    const app = await boot({ imports: [ClaudeModule.forRoot()] });
    expect(await keyOf(app.get(ClaudeService))).toBe(0);
  });

  it('takes options from a factory with injected providers', async () => {
    const app = await boot({
      imports: [
        ClaudeModule.forRootAsync({
          imports: [OptionsModule],
          inject: [Options],
          useFactory: (made: Options) => Promise.resolve(made.createClaudeOptions()),
        }),
      ],
    });
    expect(await keyOf(app.get(ClaudeService))).toBe(1);
  });

  it.each([
    ['useClass', { useClass: Options }],
    ['useExisting', { imports: [OptionsModule], useExisting: Options }],
  ])('takes options from %s', async (_, registration) => {
    const app = await boot({ imports: [ClaudeModule.forRootAsync(registration)] });
    expect(await keyOf(app.get(ClaudeService))).toBe(1);
  });

  it('keeps named instances apart from each other and from the default one', async () => {
    @Injectable()
    class Consumer {
      constructor(
        readonly claude: ClaudeService,
        @InjectClaude('batch') readonly batch: ClaudeService,
      ) {}
    }
    const named = ClaudeModule.forRootAsync({ name: 'batch', useFactory: () => options('key-b') });
    const app = await boot({ imports: [ClaudeModule.forRoot(options('key-a')), named], providers: [Consumer] });
    const { claude, batch } = app.get(Consumer);
    expect([await keyOf(claude), await keyOf(batch)]).toEqual([0, 1]);
    expect(app.get(getClaudeToken('batch'), { strict: false })).toBe(batch);
    expect(claude.client).not.toBe(batch.client);

    const instances: string[] = [];
    claude.records.subscribe(({ instance }) => instances.push(instance));
    batch.records.subscribe(({ instance }) => instances.push(instance));
    await batch.messages.create(PARAMS);
    await claude.messages.create(PARAMS);
    expect(instances).toEqual(['batch', 'default']);
  });

  it('keeps the circuits of named instances apart', async () => {
    @Injectable()
    class Consumer {
      constructor(
        readonly circuits: CircuitBreakerService,
        @InjectClaude('batch', CircuitBreakerService) readonly batch: CircuitBreakerService,
        @InjectClaude('batch') readonly claude: ClaudeService,
      ) {}
    }
    const named = ClaudeModule.forRootAsync({ name: 'batch', useFactory: () => options('key-b') });
    const app = await boot({ imports: [ClaudeModule.forRoot(options('key-a')), named], providers: [Consumer] });
    const { circuits, batch, claude } = app.get(Consumer);
    batch.controller('default').isolate();
    await expect(claude.messages.create(PARAMS)).rejects.toMatchObject({ code: 'circuit_open' });
    expect([circuits.refusal(), batch.refusal()?.isolated]).toEqual([null, true]);
    expect(await keyOf(app.get(ClaudeService))).toBe(0);
  });

  it('is global only when asked to be', async () => {
    @Injectable()
    class Deep {
      constructor(readonly claude: ClaudeService) {}
    }
    @Module({ providers: [Deep] })
    class DeepModule {}
    const app = await boot({ imports: [ClaudeModule.forRoot({ ...options('key-a'), isGlobal: true }), DeepModule] });
    expect(app.get(Deep, { strict: false }).claude).toBe(app.get(ClaudeService));
    const local = boot({ imports: [ClaudeModule.forRoot(options('key-a')), DeepModule] });
    await expect(local).rejects.toThrow(/resolve dependencies of the Deep/);
  });

  it.each([
    ['forRoot', () => ClaudeModule.forRoot({ retry: { maxAttempts: 0 } })],
    ['forRootAsync', () => ClaudeModule.forRootAsync({ useFactory: () => ({ retry: { maxAttempts: 0 } }) })],
  ])('fails the start of %s on options that are wrong', async (_, register) => {
    const start = boot({ imports: [register()] });
    await expect(start).rejects.toThrow(InvalidOptionsError);
    await expect(start).rejects.toThrow('`retry.maxAttempts` must be a whole number from 1 to 20');
  });

  it('fails the start without any key, and says how to give one', async () => {
    await expect(boot({ imports: [ClaudeModule.forRoot()] })).rejects.toThrow(/There is no API key.*Set one of them/);
  });

  it('refuses a name that is none', () => {
    expect(() => ClaudeModule.forRoot({ name: ' ' })).toThrow(/`name` of ClaudeModule must be a non-empty string/);
  });

  it("runs stages and SDK middleware of the user, and the platform's fetch, when asked to", async () => {
    const seen: string[] = [];
    const app = await boot({
      imports: [
        ClaudeModule.forRoot({
          ...options('key-a'),
          transport: 'fetch',
          retry: { baseDelayMs: 1, maxDelayMs: 1 },
          middleware: [
            (request, next) => {
              seen.push('middleware');
              return next(request);
            },
          ],
          stages: [
            {
              before: 'admit',
              use: (call, next) => {
                seen.push(`${call.operation.name} ${call.attemptCount}`);
                return next(call);
              },
            },
          ],
        }),
      ],
    });
    sim.onMessage().failWith(500).once();
    const { messages } = app.get(ClaudeService);
    await messages.create(PARAMS);
    expect(seen).toEqual(['middleware', 'messages.create 0', 'messages.create 1']);
    await expect(messages.stream(PARAMS).finalText()).resolves.not.toBe('');
  });
});
