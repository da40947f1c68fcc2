import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { ClaudeModule } from 'nestjs-claude';
import { adminListenerProvider } from './admin/admin.provider.js';
import { GatewayExceptionFilter } from './errors/gateway-exception.filter.js';
import { ForwardService } from './forward/forward.service.js';
import { HealthController, SHOWS_HEALTH_DETAIL } from './health/health.controller.js';
import { isLoopback } from './http/loopback.js';
import { MessagesController } from './messages/messages.controller.js';
import { ModelsController } from './models/models.controller.js';
import type { Settings } from './settings.js';
import { BudgetsController } from './usage/budgets.controller.js';
import { usagePlaceOf } from './usage/usage-place.js';
import { UsageController } from './usage/usage.controller.js';

/** What decides on the parts of the gateway. */
export type AppSettings = Pick<Settings, 'claude' | 'host' | 'admin'>;

/** The gateway: the Anthropic wire protocol in front, `ClaudeModule` behind, and what it costs for those who run it. */
@Module({})
// oxlint-disable-next-line typescript/no-extraneous-class -- a Nest module is a class, whatever it holds
export class AppModule {
  static register(settings: AppSettings): DynamicModule {
    const { claude, admin } = settings;
    const place = usagePlaceOf(settings);
    const usage = [UsageController, BudgetsController];
    return {
      module: AppModule,
      imports: [ClaudeModule.forRoot(claude)],
      controllers: [MessagesController, ModelsController, HealthController, ...(place === 'gateway' ? usage : [])],
      providers: [
        ForwardService,
        // Names of endpoints, models and budgets are for those who run the gateway.
        { provide: SHOWS_HEALTH_DETAIL, useValue: isLoopback(settings.host) },
        { provide: APP_FILTER, useClass: GatewayExceptionFilter },
        ...(admin === null
          ? []
          : [adminListenerProvider(admin, [HealthController, ...(place === 'admin' ? usage : [])])]),
      ],
    };
  }
}
