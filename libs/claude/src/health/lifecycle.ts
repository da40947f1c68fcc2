import type { Clock } from '../call/clock.js';
import type { LifecycleHealth } from './health-report.js';

/** Whether the application is in service: not yet, now, or no more. */
export class Lifecycle {
  #phase: LifecycleHealth['phase'] = 'starting';
  #drained: Promise<void> | null = null;

  /** @param drainDelayMs How long load balancers have to notice that it goes. */
  constructor(
    private readonly drainDelayMs: number,
    private readonly clock: Clock,
  ) {}

  get phase(): LifecycleHealth['phase'] {
    return this.#phase;
  }

  /** Everything has started. */
  started(): void {
    if (this.#phase === 'starting') this.#phase = 'ready';
  }

  /** Goes out of service for good. All who ask wait for the one delay; nobody has sent anything to what never was in service. */
  drain(): Promise<void> {
    this.#drained ??= this.#waited(this.#phase === 'ready' ? this.drainDelayMs : 0);
    this.#phase = 'draining';
    return this.#drained;
  }

  #waited(delayMs: number): Promise<void> {
    if (delayMs === 0) return Promise.resolve();
    return new Promise((resolve) => void this.clock.setTimer(resolve, delayMs, true));
  }
}
