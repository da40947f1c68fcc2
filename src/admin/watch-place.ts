import { isLoopback } from '../http/loopback.js';
import type { Settings } from '../settings.js';

/**
 * Where what is for those who run the gateway is shown: on the admin listener; on the gateway, if only this machine reaches it
 * and has no callers to be told apart; or nowhere, as others would see it too.
 */
export type WatchPlace = 'admin' | 'gateway' | 'hidden';

export function watchPlaceOf({ host, admin, keys }: Pick<Settings, 'host' | 'admin' | 'keys'>): WatchPlace {
  if (admin !== null) return 'admin';
  return keys === null && isLoopback(host) ? 'gateway' : 'hidden';
}
