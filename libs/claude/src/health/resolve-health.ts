import { withDefaults } from '../config/with-defaults.js';
import {
  HEALTH_DEFAULTS,
  HEALTH_PROBE_DEFAULTS,
  SUCCESS_RATE_DEFAULTS,
  type HealthOptions,
  type HealthSettings,
} from './health.options.js';

/** Makes settings of options that have been validated. Frozen. */
export function healthOf({ successRate, probe, ...rest }: HealthOptions = {}): HealthSettings {
  const nested = {
    successRate: withDefaults(successRate, SUCCESS_RATE_DEFAULTS),
    probe: probe ? withDefaults(probe, HEALTH_PROBE_DEFAULTS) : (false as const),
  };
  return withDefaults({ ...rest, ...nested }, HEALTH_DEFAULTS);
}
