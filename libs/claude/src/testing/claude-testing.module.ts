import { Inject, Module, type DynamicModule, type OnApplicationShutdown, type Provider } from '@nestjs/common';
import { ClaudeModule } from '../claude.module.js';
import type { ClaudeModuleOptions } from '../claude.options.js';
import { CLAUDE_RUNTIME } from '../claude.tokens.js';
import { AnthropicSimulator } from './simulator.js';
import type { SimulatorOptions } from './simulator.options.js';

/** Options of `ClaudeTestingModule.forRoot`. */
export interface ClaudeTestingOptions {
  /** How the simulator behaves. */
  readonly simulator?: SimulatorOptions;
  /** How the module under test is set up. It is pointed at the simulator, with a key the simulator accepts. */
  readonly claude?: Omit<ClaudeModuleOptions, 'baseURL'>;
}

/** What the module calls with when neither side names a key. */
const DEFAULT_KEY = 'sk-ant-simulated';

/** Owns the simulator. It closes last, so that what drains on shutdown can still be answered. */
@Module({})
class SimulatorModule implements OnApplicationShutdown {
  readonly #simulator: AnthropicSimulator;

  constructor(@Inject(AnthropicSimulator) simulator: AnthropicSimulator) {
    this.#simulator = simulator;
  }

  static start(options: SimulatorOptions | undefined): DynamicModule {
    const useFactory = (): Promise<AnthropicSimulator> => AnthropicSimulator.start(options);
    return {
      module: SimulatorModule,
      providers: [{ provide: AnthropicSimulator, useFactory }],
      exports: [AnthropicSimulator],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#simulator.close();
  }
}

/**
 * `ClaudeModule` against a simulator of its own, in one line. Both `ClaudeService` and `AnthropicSimulator` can be
 * injected everywhere; closing the testing module closes the simulator.
 *
 * ```ts
 * const moduleRef = await Test.createTestingModule({ imports: [ClaudeTestingModule.forRoot(), OrdersModule] }).compile();
 * moduleRef.get(AnthropicSimulator).onMessage().failWith(529).once();
 * ```
 */
@Module({})
// oxlint-disable-next-line typescript/no-extraneous-class -- a Nest module is a class, whatever it holds
export class ClaudeTestingModule {
  static forRoot({ simulator, claude = {} }: ClaudeTestingOptions = {}): DynamicModule {
    const simulatorModule = SimulatorModule.start(simulator);
    const apiKey = simulator?.apiKeys?.[0] ?? DEFAULT_KEY;
    const { providers = [], ...registered } = ClaudeModule.forRootAsync({
      imports: [simulatorModule],
      inject: [AnthropicSimulator],
      useFactory: ({ url }: AnthropicSimulator) => ({
        ...(hasCredentials(claude) ? {} : { apiKey }),
        ...claude,
        baseURL: url,
      }),
    });
    const claudeModule = { ...registered, providers: providers.map(closingSimulator) };
    return {
      module: ClaudeTestingModule,
      global: true,
      imports: [simulatorModule, claudeModule],
      exports: [simulatorModule, claudeModule],
    };
  }
}

/** Nest closes nothing of a start that fails: with options that are refused, the simulator would be left listening. */
function closingSimulator(provider: Provider): Provider {
  if (typeof provider !== 'object' || provider.provide !== CLAUDE_RUNTIME || !('useFactory' in provider))
    return provider;
  const { useFactory, inject = [] } = provider;
  return {
    ...provider,
    inject: [AnthropicSimulator, ...inject],
    useFactory: async (simulator: AnthropicSimulator, ...injected: unknown[]): Promise<unknown> => {
      try {
        return await useFactory(...injected);
      } catch (error) {
        await simulator.close();
        throw error;
      }
    },
  };
}

function hasCredentials({ client = {}, endpoints }: ClaudeModuleOptions): boolean {
  if (endpoints !== undefined) return true;
  return [client.authToken, client.config, client.credentials, client.profile].some((given) => given !== undefined);
}
