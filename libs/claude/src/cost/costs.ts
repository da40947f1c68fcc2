import { Subject } from 'rxjs';
import type { Clock } from '../call/clock.js';
import type { CostEvent } from './cost.events.js';
import type { CostSettings } from './cost.options.js';
import { Prices } from './pricing/prices.js';

/** What one module instance knows of costs. Whoever makes it closes it. */
export class Costs {
  readonly events = new Subject<CostEvent>();
  readonly prices: Prices;

  /** @throws InvalidOptionsError when the price file cannot be used. */
  constructor(settings: CostSettings, clock: Clock) {
    this.prices = new Prices(settings.pricing, clock, {
      onChange: ({ version }) => this.events.next({ type: 'price-file-loaded', version }),
      onError: (error) => this.events.next({ type: 'price-file-rejected', error }),
    });
  }

  /** Harmless when closed before. */
  close(): void {
    this.prices.close();
    this.events.complete();
  }
}
