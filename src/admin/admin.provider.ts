import type { FactoryProvider, Type } from '@nestjs/common';
import { BudgetService, CostTrackerService } from 'nestjs-claude';
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
    inject: [CostTrackerService, BudgetService],
    useFactory: (costs: CostTrackerService, budgets: BudgetService) => {
      const services = [
        { provide: CostTrackerService, useValue: costs },
        { provide: BudgetService, useValue: budgets },
      ];
      return new AdminListener(settings, AdminModule.register(controllers, services));
    },
  };
}
