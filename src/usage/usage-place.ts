import { isLoopback } from '../http/loopback.js';
import type { Settings } from '../settings.js';

/**
 * Where usage and budgets are shown: on the admin listener; on the gateway, if only this machine reaches it and has no
 * callers to be told apart; nowhere, as others would see them too; or nowhere, as there is nothing to see with `cost: false`.
 */
export type UsagePlace = 'admin' | 'gateway' | 'hidden' | 'off';

export function usagePlaceOf({
  claude,
  host,
  admin,
  keys,
}: Pick<Settings, 'claude' | 'host' | 'admin' | 'keys'>): UsagePlace {
  if (claude.cost === false) return 'off';
  if (admin !== null) return 'admin';
  return keys === null && isLoopback(host) ? 'gateway' : 'hidden';
}
