import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { GatewayAdapter } from './gateway-adapter.js';

/**
 * Builds an application, which does not listen yet. Nest says nothing until a logger is set: what fails here is thrown,
 * for one line of ours instead of a stack trace.
 */
export function createNestApp(module: DynamicModule, adapter: GatewayAdapter): Promise<NestFastifyApplication> {
  return NestFactory.create<NestFastifyApplication>(module, adapter, {
    abortOnError: false,
    bodyParser: false,
    logger: false,
  });
}
