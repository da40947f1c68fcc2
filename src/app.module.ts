import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { ClaudeModule, type ClaudeModuleOptions } from 'nestjs-claude';
import { GatewayExceptionFilter } from './errors/gateway-exception.filter.js';
import { ForwardService } from './forward/forward.service.js';
import { HealthController } from './health/health.controller.js';
import { MessagesController } from './messages/messages.controller.js';
import { ModelsController } from './models/models.controller.js';

/** The gateway: the Anthropic wire protocol in front, `ClaudeModule` behind. */
@Module({})
// oxlint-disable-next-line typescript/no-extraneous-class -- a Nest module is a class, whatever it holds
export class AppModule {
  static register(claude: ClaudeModuleOptions): DynamicModule {
    return {
      module: AppModule,
      imports: [ClaudeModule.forRoot(claude)],
      controllers: [MessagesController, ModelsController, HealthController],
      providers: [ForwardService, { provide: APP_FILTER, useClass: GatewayExceptionFilter }],
    };
  }
}
