import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import { GatewayAdapter } from './http/gateway-adapter.js';
import type { Settings } from './settings.js';

/**
 * Builds the application, which does not listen yet. Nest says nothing until a logger is set: what fails here is thrown,
 * for one line of ours instead of a stack trace.
 */
export function createApp({
  claude,
  bodyLimitBytes,
}: Pick<Settings, 'claude' | 'bodyLimitBytes'>): Promise<NestFastifyApplication> {
  return NestFactory.create<NestFastifyApplication>(AppModule.register(claude), new GatewayAdapter(bodyLimitBytes), {
    abortOnError: false,
    bodyParser: false,
    logger: false,
  });
}
