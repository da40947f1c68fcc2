import { Inject, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import type { ClaudeModuleOptions } from 'nestjs-claude';
import { openPostgres, type SharedLedger } from './postgres.js';
import { openRedis, type SharedMeters } from './redis.js';
import type { StoreSettings } from './store.settings.js';

/** What several gateways share, open. */
export class SharedStores {
  #isOpen = true;

  private constructor(
    private readonly meters: SharedMeters | null,
    private readonly shared: SharedLedger | null,
  ) {}

  /** @throws SettingsError where one of them cannot be used; the other is closed again. */
  static async open({ redisUrl, databaseUrl, ...ledger }: StoreSettings): Promise<SharedStores> {
    const meters = redisUrl === null ? null : await openRedis(redisUrl);
    try {
      return new SharedStores(meters, databaseUrl === null ? null : await openPostgres(databaseUrl, ledger));
    } catch (error) {
      await meters?.close();
      throw error;
    }
  }

  get ledger(): SharedLedger['ledger'] | null {
    return this.shared?.ledger ?? null;
  }

  /** The module's options with these in them. */
  within(claude: ClaudeModuleOptions): ClaudeModuleOptions {
    const { cost } = claude;
    return {
      ...claude,
      ...(this.meters !== null && { store: this.meters.store }),
      ...(this.shared !== null &&
        cost !== false && { cost: { ...cost, ledger: { ...cost?.ledger, store: this.shared.ledger } } }),
    };
  }

  /** Harmless when closed before. */
  async close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    await Promise.all([this.meters?.close(), this.shared?.close()]);
  }
}

/** Closes what is shared. Imported by the module that uses it, and so closed after it. */
@Module({})
export class SharedStoresModule implements OnApplicationShutdown {
  constructor(@Inject(SharedStores) private readonly stores: SharedStores) {}

  static register(stores: SharedStores): DynamicModule {
    return {
      module: SharedStoresModule,
      providers: [{ provide: SharedStores, useValue: stores }],
      exports: [SharedStores],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.stores.close();
  }
}
