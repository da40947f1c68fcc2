import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_INTERCEPTOR } from '@nestjs/core';
import { ClaudeLoggingInterceptor, ClaudeModule } from 'nestjs-claude';
import { adminListenerProvider } from './admin/admin.provider.js';
import { GatewayExceptionFilter } from './errors/gateway-exception.filter.js';
import { ForwardService } from './forward/forward.service.js';
import { HealthController } from './health/health.controller.js';
import { withoutHandlerLines } from './logging/gateway-logger.js';
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
      imports: [ClaudeModule.forRoot(withoutHandlerLines(claude))],
      controllers: [MessagesController, ModelsController, HealthController, ...(place === 'gateway' ? usage : [])],
      providers: [
        ForwardService,
        { provide: APP_FILTER, useClass: GatewayExceptionFilter },
        { provide: APP_INTERCEPTOR, useClass: ClaudeLoggingInterceptor },
        ...(admin === null ? [] : [adminListenerProvider(admin, place === 'admin' ? usage : [])]),
      ],
    };
  }
}
