import type { ClaudeSettings } from '../../config/settings.js';

/**
 * Opens the ledger of the settings before what keeps it is made, and closes it again where that fails.
 *
 * @throws what the ledger rejects with, or what `make` throws.
 */
export async function withOpenLedger<T>(
  { cost }: Pick<ClaudeSettings, 'cost'>,
  make: () => T | Promise<T>,
): Promise<T> {
  const ledger = cost === false ? undefined : cost.ledger.store;
  await ledger?.open?.();
  try {
    return await make();
  } catch (error) {
    await ledger?.close?.();
    throw error;
  }
}
