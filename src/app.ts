import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ClaudeHealthService } from 'nestjs-claude';
import { Access } from './access/access.js';
import { AppModule, type AppSettings } from './app.module.js';
import { createNestApp } from './http/create-nest-app.js';
import { GatewayAdapter } from './http/gateway-adapter.js';
import type { Settings } from './settings.js';
import type { SharedStores } from './stores/shared-stores.js';

/** Builds the application, which does not listen yet. */
export async function createApp(
  settings: AppSettings & Pick<Settings, 'bodyLimitBytes'>,
  stores: SharedStores,
): Promise<NestFastifyApplication> {
  const access = new Access(settings.keys);
  const { correlationHeader } = settings.claude.requests ?? {};
  const adapter = new GatewayAdapter({ ...settings, correlationHeader, admit: access.admit });
  const app = await createNestApp(AppModule.register(settings, access, stores), adapter);
  // Readiness goes down while the front door is still open, for as long as `health.drainDelayMs`.
  adapter.beforeLastCall = () => app.get(ClaudeHealthService).drain();
  return app;
}
