import { Inject, Module, type DynamicModule, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { ClaudeRuntime } from '../claude.runtime.js';
import { CLAUDE_RUNTIME } from '../claude.tokens.js';
import { InvalidOptionsError } from '../errors/errors.js';
import { ConfigurableModuleClass, type ASYNC_OPTIONS_TYPE, type OPTIONS_TYPE } from './metrics.module-definition.js';
import { measure } from './attachments.js';
import { RegisteredMetrics } from './registered-metrics.js';

/**
 * Metrics for Prometheus of every instance of `ClaudeModule` in the application, named ones included.
 *
 * ```ts
 * @Module({ imports: [PrometheusModule.register(), ClaudeModule.forRoot(), ClaudeMetricsModule.forRoot()] })
 * ```
 *
 * Options that cannot be accepted fail the start with an `InvalidOptionsError`, and so does an application without a
 * `ClaudeModule`.
 */
@Module({})
export class ClaudeMetricsModule extends ConfigurableModuleClass implements OnModuleInit, OnApplicationShutdown {
  readonly #moduleRef: ModuleRef;
  readonly #metrics: RegisteredMetrics;
  #stops: readonly (() => void)[] = [];

  constructor(@Inject(ModuleRef) moduleRef: ModuleRef, @Inject(RegisteredMetrics) metrics: RegisteredMetrics) {
    super();
    this.#moduleRef = moduleRef;
    this.#metrics = metrics;
  }

  /** Registers the metrics with options that are known now. */
  static override forRoot(options: typeof OPTIONS_TYPE = {}): DynamicModule {
    return super.forRoot(options);
  }

  /** Registers them with options made by `useFactory`, `useClass` or `useExisting` (`createClaudeMetricsOptions()`). */
  static override forRootAsync(options: typeof ASYNC_OPTIONS_TYPE): DynamicModule {
    return super.forRootAsync(options);
  }

  /** @throws InvalidOptionsError when there is nothing to measure. */
  onModuleInit(): void {
    this.#stops = this.#runtimes().map((runtime) => measure(runtime, this.#metrics));
  }

  onApplicationShutdown(): void {
    for (const stop of this.#stops) stop();
  }

  #runtimes(): readonly ClaudeRuntime[] {
    const found = this.#find();
    if (found.length > 0) return found;
    throw new InvalidOptionsError(
      'ClaudeMetricsModule has nothing to measure: import ClaudeModule.forRoot() somewhere in the application, or remove it.',
    );
  }

  #find(): readonly ClaudeRuntime[] {
    try {
      return [...new Set(this.#moduleRef.get<ClaudeRuntime>(CLAUDE_RUNTIME, { strict: false, each: true }))];
    } catch {
      // Nest throws where there is none.
      return [];
    }
  }
}
