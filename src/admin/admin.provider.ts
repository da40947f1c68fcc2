import type { FactoryProvider, Type } from '@nestjs/common';
import { BudgetService, ClaudeHealthService, CostTrackerService } from 'nestjs-claude';
import { Registry } from 'prom-client';
import { SHOWS_HEALTH_DETAIL } from '../health/health.controller.js';
import { SharedStores } from '../stores/shared-stores.js';
import { AdminListener } from './admin.listener.js';
import { AdminModule } from './admin.module.js';
import type { AdminSettings } from './admin.settings.js';

/** The admin listener, whose controllers may inject the very services that the gateway's calls pass. */
export function adminListenerProvider(
  settings: AdminSettings,
  controllers: readonly Type[],
): FactoryProvider<AdminListener> {
  return {
    provide: AdminListener,
    inject: [CostTrackerService, BudgetService, ClaudeHealthService, Registry, SharedStores],
    useFactory: (
      costs: CostTrackerService,
      budgets: BudgetService,
      health: ClaudeHealthService,
      registry: Registry,
      stores: SharedStores,
    ) => {
      const services = [
        { provide: CostTrackerService, useValue: costs },
        { provide: BudgetService, useValue: budgets },
        { provide: ClaudeHealthService, useValue: health },
        { provide: Registry, useValue: registry },
        { provide: SharedStores, useValue: stores },
        { provide: SHOWS_HEALTH_DETAIL, useValue: true },
      ];
      return new AdminListener(settings, AdminModule.register(controllers, services));
    },
  };
}
