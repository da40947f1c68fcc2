import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_INTERCEPTOR } from '@nestjs/core';
import { ClaudeLoggingInterceptor, ClaudeModule } from 'nestjs-claude';
import { ClaudeMetricsModule } from 'nestjs-claude/metrics';
import { Registry } from 'prom-client';
import { Access } from './access/access.js';
import { CallUsage } from './access/call-usage.js';
import { withKeyBudgets } from './access/key-budgets.js';
import { KeyLimits } from './access/key-limits.js';
import { limitsTokens } from './access/key-meters.js';
import { adminListenerProvider } from './admin/admin.provider.js';
import { GatewayExceptionFilter } from './errors/gateway-exception.filter.js';
import { ForwardService } from './forward/forward.service.js';
import { HealthController, SHOWS_HEALTH_DETAIL } from './health/health.controller.js';
import { CLIENT_TIMEOUTS } from './http/client-timeouts.js';
import { isLoopback } from './http/loopback.js';
import { logsHandlers, withoutHandlerLines } from './logging/gateway-logger.js';
import { MessagesController } from './messages/messages.controller.js';
import { gatewayRegistry } from './metrics/gateway-registry.js';
import { MetricsController } from './metrics/metrics.controller.js';
import { ModelsController } from './models/models.controller.js';
import type { Settings } from './settings.js';
import { SharedStores, SharedStoresModule } from './stores/shared-stores.js';
import { BudgetsController } from './usage/budgets.controller.js';
import { watchPlaceOf } from './admin/watch-place.js';
import { UsageController } from './usage/usage.controller.js';

/** What decides on the parts of the gateway. */
export type AppSettings = Pick<Settings, 'claude' | 'host' | 'admin' | 'keys' | 'timeouts'>;

/** The gateway: the Anthropic wire protocol in front, `ClaudeModule` behind, and what it costs for those who run it. */
@Module({})
// oxlint-disable-next-line typescript/no-extraneous-class -- a Nest module is a class, whatever it holds
export class AppModule {
  static register(settings: AppSettings, access: Access, stores: SharedStores): DynamicModule {
    const { claude, admin, host, keys, timeouts } = settings;
    const place = watchPlaceOf(settings);
    // Without costs there is nothing to tell of usage.
    const watched = [MetricsController, ...(claude.cost === false ? [] : [UsageController, BudgetsController])];
    const registry = gatewayRegistry();
    const usage = new CallUsage();
    const limited = (keys?.list ?? []).some(limitsTokens);
    return {
      module: AppModule,
      imports: [
        ClaudeModule.forRootAsync({
          imports: [SharedStoresModule.register(stores)],
          useFactory: () =>
            stores.within(withKeyBudgets(withoutHandlerLines(limited ? usage.in(claude) : claude), keys)),
        }),
        ...(place === 'hidden' ? [] : [ClaudeMetricsModule.forRoot({ registry })]),
      ],
      controllers: [MessagesController, ModelsController, HealthController, ...(place === 'gateway' ? watched : [])],
      providers: [
        ForwardService,
        KeyLimits,
        { provide: CallUsage, useValue: usage },
        { provide: Access, useValue: access },
        { provide: CLIENT_TIMEOUTS, useValue: timeouts },
        { provide: Registry, useValue: registry },
        { provide: SharedStores, useValue: stores },
        // Names of endpoints, models and budgets are for those who run the gateway.
        { provide: SHOWS_HEALTH_DETAIL, useValue: keys === null && isLoopback(host) },
        { provide: APP_FILTER, useClass: GatewayExceptionFilter },
        ...(logsHandlers(claude) ? [{ provide: APP_INTERCEPTOR, useClass: ClaudeLoggingInterceptor }] : []),
        ...(admin === null ? [] : [adminListenerProvider(admin, [HealthController, ...watched])]),
      ],
    };
  }
}
