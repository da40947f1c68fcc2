import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Access } from './access/access.js';
import { AppModule, type AppSettings } from './app.module.js';
import { createNestApp } from './http/create-nest-app.js';
import { GatewayAdapter } from './http/gateway-adapter.js';
import type { Settings } from './settings.js';

/** Builds the application, which does not listen yet. */
export function createApp(settings: AppSettings & Pick<Settings, 'bodyLimitBytes'>): Promise<NestFastifyApplication> {
  const access = new Access(settings.keys);
  const adapter = new GatewayAdapter({ ...settings, admit: access.admit });
  return createNestApp(AppModule.register(settings, access), adapter);
}
