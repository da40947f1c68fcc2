import type { FactoryProvider, Type } from '@nestjs/common';
import { BudgetService, CostTrackerService } from 'nestjs-claude';
import { Registry } from 'prom-client';
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
    inject: [CostTrackerService, BudgetService, Registry],
    useFactory: (costs: CostTrackerService, budgets: BudgetService, registry: Registry) => {
      const services = [
        { provide: CostTrackerService, useValue: costs },
        { provide: BudgetService, useValue: budgets },
        { provide: Registry, useValue: registry },
      ];
      return new AdminListener(settings, AdminModule.register(controllers, services));
    },
  };
}
