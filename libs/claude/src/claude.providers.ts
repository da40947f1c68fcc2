import type { Provider, Type } from '@nestjs/common';
import { CircuitBreakerService } from './circuit/circuit-breaker.service.js';
import { createRuntime, type ClaudeRuntime } from './claude.runtime.js';
import { nestLineWriter } from './observability/nest-line-writer.js';
import { ClaudeService } from './claude.service.js';
import { CLAUDE_OPTIONS, CLAUDE_RUNTIME, namedInstanceToken, type ServiceClass } from './claude.tokens.js';
import { namesCredentials, resolveSettings } from './config/settings.js';
import { BudgetService } from './cost/budgets/budget.service.js';
import { CostTrackerService } from './cost/cost-tracker.service.js';
import { withOpenLedger } from './cost/ledger/open-ledger.js';
import { ReconciliationService } from './cost/reconciliation/reconciliation.service.js';
import { InvalidOptionsError } from './errors/errors.js';
import { CostOptimizerService } from './optimization/cost-optimizer.service.js';
import { EndpointPoolService } from './routing/endpoint-pool.service.js';
import { ClaudeHealthService } from './health/claude-health.service.js';
import { ClaudeKeysService } from './keys/claude-keys.service.js';
import { storedKeySource } from './keys/stored-key-source.js';
import { ClaudeMetricsService } from './observability/claude-metrics.service.js';
import { RateLimiterService } from './rate-limit/rate-limiter.service.js';
import { InputSanitizerService } from './sanitization/input-sanitizer.service.js';
import { conceal } from './redaction/conceal.js';
import { HandlerScope } from './observability/handler-scope.js';
import { tracingOf } from './observability/tracing/tracing.js';
import { Redactor } from './redaction/redactor.js';

/** A service that is made of the runtime alone. */
type RuntimeService = Type<object> & { readonly tokenKey: string };

/** What an application may inject of an instance. */
const SERVICES: readonly RuntimeService[] = [
  ClaudeService,
  BudgetService,
  CircuitBreakerService,
  ClaudeHealthService,
  ClaudeKeysService,
  ClaudeMetricsService,
  CostOptimizerService,
  CostTrackerService,
  EndpointPoolService,
  HandlerScope,
  InputSanitizerService,
  RateLimiterService,
  ReconciliationService,
];

/** The providers of one instance. */
export function instanceProviders(name: string | undefined): Provider[] {
  const runtime: Provider = {
    provide: CLAUDE_RUNTIME,
    useFactory: async (options: unknown) => {
      const stored = namesCredentials(options, process.env) ? null : await storedKeySource();
      const settings = resolveSettings(options, process.env, stored);
      const logWriter = nestLineWriter(name === undefined ? 'Claude' : `Claude ${name}`);
      const tracing = await tracingOf(settings);
      return withOpenLedger(settings, () => createRuntime(settings, name, { logWriter, tracing }));
    },
    inject: [CLAUDE_OPTIONS],
  };
  const services = SERVICES.map((Service): Provider => ({
    provide: tokenOf(name, Service),
    useFactory: (made: object) => new Service(made),
    inject: [CLAUDE_RUNTIME],
  }));
  const redactor: Provider = {
    provide: tokenOf(name, Redactor),
    useFactory: (made: ClaudeRuntime) => made.redactor,
    inject: [CLAUDE_RUNTIME],
  };
  return [runtime, redactor, ...services];
}

/** What other modules may inject of one instance. */
export function instanceExports(name: string | undefined): (Type | symbol)[] {
  return [...SERVICES, Redactor].map((Service) => tokenOf(name, Service));
}

function tokenOf(name: unknown, service: Type & ServiceClass): Type | symbol {
  if (name === undefined) return service;
  if (typeof name === 'string' && name.trim() !== '') return namedInstanceToken(name, service);
  throw new InvalidOptionsError(
    '`name` of ClaudeModule must be a non-empty string, or left out for the default instance.',
  );
}

/**
 * The provider of the options, so that what an instance keeps of them shows no key when Nest's container, or whoever
 * injects them, is printed.
 */
export function concealOptions(provider: Provider): Provider {
  if (typeof provider !== 'object' || provider.provide !== CLAUDE_OPTIONS) return provider;
  if ('useValue' in provider) return { ...provider, useValue: conceal(provider.useValue, 'options of ClaudeModule') };
  if (!('useFactory' in provider)) return provider;
  const { useFactory } = provider;
  return {
    ...provider,
    useFactory: async (...injected: unknown[]) => conceal(await useFactory(...injected), 'options of ClaudeModule'),
  };
}
