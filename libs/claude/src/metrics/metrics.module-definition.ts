import { ConfigurableModuleBuilder } from '@nestjs/common';
import { getToken } from '@willsoto/nestjs-prometheus';
import { METRICS, type MetricName } from './catalogue/catalogue.js';
import type { ClaudeMetricsOptions } from './metrics.options.js';
import { metricsSettings } from './metrics-settings.js';
import { RegisteredMetrics } from './registered-metrics.js';

const CLAUDE_METRICS_OPTIONS = Symbol.for('nestjs-claude:metrics-options');

/** What a registration may say beside the options themselves. */
export interface ClaudeMetricsModuleExtras {
  /** Makes the metrics injectable everywhere. Default false. */
  readonly isGlobal?: boolean;
}

const NAMES = Object.keys(METRICS) as MetricName[];

/** Each metric is injected as those of `@willsoto/nestjs-prometheus` are: `@InjectMetric('anthropic_requests_total')`. */
const INJECTABLE = NAMES.map((name) => ({
  provide: getToken(name),
  useFactory: (metrics: RegisteredMetrics) => metrics.metric(name),
  inject: [RegisteredMetrics],
}));

const REGISTERED = {
  provide: RegisteredMetrics,
  useFactory: (options: unknown) => new RegisteredMetrics(metricsSettings(options)),
  inject: [CLAUDE_METRICS_OPTIONS],
};

export const { ConfigurableModuleClass, OPTIONS_TYPE, ASYNC_OPTIONS_TYPE } =
  new ConfigurableModuleBuilder<ClaudeMetricsOptions>({ optionsInjectionToken: CLAUDE_METRICS_OPTIONS })
    .setClassMethodName('forRoot')
    .setFactoryMethodName('createClaudeMetricsOptions')
    .setExtras<ClaudeMetricsModuleExtras>({ isGlobal: false }, (definition, { isGlobal }) => ({
      ...definition,
      global: isGlobal,
      providers: [...(definition.providers ?? []), REGISTERED, ...INJECTABLE],
      exports: INJECTABLE.map(({ provide }) => provide),
    }))
    .build();
