import { Module, type DynamicModule } from '@nestjs/common';
import { ConfigurableModuleClass, type ASYNC_OPTIONS_TYPE, type OPTIONS_TYPE } from './claude.module-definition.js';

/**
 * Claude for a Nest application.
 *
 * ```ts
 * @Module({ imports: [ClaudeModule.forRoot()] })            // the key comes from ANTHROPIC_API_KEY
 * @Module({ imports: [ClaudeModule.forRoot({ name: 'batch', apiKey, retry: { maxAttempts: 5 } })] })
 * @Module({ imports: [ClaudeModule.forRootAsync({ inject: [ConfigService], useFactory: (config) => ({ ... }) })] })
 * ```
 *
 * Options that cannot be accepted fail the start with an `InvalidOptionsError` that names each by its path.
 */
@Module({})
export class ClaudeModule extends ConfigurableModuleClass {
  /** Registers an instance with options that are known now. */
  static override forRoot(options: typeof OPTIONS_TYPE = {}): DynamicModule {
    return super.forRoot(options);
  }

  /** Registers an instance whose options are made by `useFactory`, `useClass` or `useExisting` (`createClaudeOptions()`). */
  static override forRootAsync(options: typeof ASYNC_OPTIONS_TYPE): DynamicModule {
    return super.forRootAsync(options);
  }
}
