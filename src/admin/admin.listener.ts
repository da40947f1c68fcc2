import type { DynamicModule, OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createNestApp } from '../http/create-nest-app.js';
import { GatewayAdapter } from '../http/gateway-adapter.js';
import { listen } from '../http/listen.js';
import type { AdminSettings } from './admin.settings.js';
import { requireToken } from './require-token.js';

/** Nothing that is served takes a body. */
const BODY_LIMIT_BYTES = 1_024;

/**
 * A second application in the same process, on a port of its own and behind a token. It listens before the gateway does
 * and closes after it, so that there is no time in which the gateway cannot be watched.
 */
export class AdminListener implements OnApplicationBootstrap, OnApplicationShutdown {
  #app: NestFastifyApplication | null = null;
  #url = '';

  constructor(
    private readonly settings: AdminSettings,
    private readonly module: DynamicModule,
  ) {}

  /** Where it listens; empty before it does. */
  get url(): string {
    return this.#url;
  }

  /** @throws SettingsError where it cannot listen. */
  async onApplicationBootstrap(): Promise<void> {
    const admit = requireToken(this.settings.token);
    this.#app = await createNestApp(this.module, new GatewayAdapter({ bodyLimitBytes: BODY_LIMIT_BYTES, admit }));
    this.#url = await listen(this.#app, this.settings, { port: 'ADMIN_PORT', host: 'ADMIN_HOST' });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#app?.close();
  }
}
