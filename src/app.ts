import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule, type AppSettings } from './app.module.js';
import { createNestApp } from './http/create-nest-app.js';
import { GatewayAdapter } from './http/gateway-adapter.js';
import type { Settings } from './settings.js';

/** Builds the application, which does not listen yet. */
export function createApp(settings: AppSettings & Pick<Settings, 'bodyLimitBytes'>): Promise<NestFastifyApplication> {
  return createNestApp(AppModule.register(settings), new GatewayAdapter(settings));
}
