import type { Clock } from '../../call/clock.js';
import type { Costs } from '../costs.js';
import { nextTurn } from './in-lots.js';

/** Half of what may wait for a sink: the other half is for calls. */
const MAX_QUEUED = 5_000;

const LOOK_EVERY_MS = 100;

/** A sink that takes nothing for so long in all loses what does not fit, as it does of calls. */
const PATIENCE_MS = 300_000;

/** Waits until sinks have room for more, with a patience that ends. */
export function roomInSinks(costs: Costs, clock: Clock): () => Promise<void> {
  let leftMs = PATIENCE_MS;
  return async () => {
    await nextTurn();
    while (leftMs > 0 && costs.sinks.some(({ queued }) => queued > MAX_QUEUED)) {
      leftMs -= LOOK_EVERY_MS;
      await new Promise<void>((resolve) => clock.setTimer(resolve, LOOK_EVERY_MS));
    }
  };
}
