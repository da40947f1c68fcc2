import type { Random } from '../call/clock.js';
import type { OpenReason } from './circuit.events.js';
import type { CircuitSettings } from './circuit.options.js';
import type { RollingWindow } from './rolling-window.js';

/** Why a closed circuit must open now, or `null`. */
export function reasonToOpen(
  { calls, failures, slow }: RollingWindow,
  failuresInRow: number,
  settings: CircuitSettings,
): OpenReason | null {
  if (failuresInRow >= settings.consecutiveFailures) return 'consecutive-failures';
  if (calls < settings.minimumNumberOfCalls) return null;
  if (failures / calls >= settings.failureRateThreshold) return 'failure-rate';
  return slow / calls >= settings.slowCallRateThreshold ? 'slow-calls' : null;
}

/**
 * How long a circuit stays open that has opened so often in a row: `min(maxOpenMs, baseOpenMs * 2^(openings - 1))`, times
 * a number from 0.8 to 1.2, so that replicas which opened together do not probe together.
 */
export function openTimeMs(openings: number, { baseOpenMs, maxOpenMs }: CircuitSettings, random: Random): number {
  return Math.min(maxOpenMs, baseOpenMs * 2 ** (openings - 1)) * (0.8 + 0.4 * random());
}
