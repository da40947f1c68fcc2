import type { BudgetOptions, ClaudeModuleOptions } from 'nestjs-claude';
import { SettingsError } from '../errors/settings-error.js';
import { KEY_TAG, type GatewayKeys } from './gateway-keys.js';

/**
 * The options of the module, with a hard budget for each key that has one.
 *
 * @throws SettingsError where costs are not tracked, so that no budget could hold.
 */
export function withKeyBudgets(claude: ClaudeModuleOptions, keys: GatewayKeys | null): ClaudeModuleOptions {
  const budgets = (keys?.list ?? []).flatMap(({ id, budget }): BudgetOptions[] =>
    budget === undefined ? [] : [{ name: `gateway key ${id}`, ...budget, scope: { tag: KEY_TAG, value: id } }],
  );
  if (budgets.length === 0) return claude;
  if (claude.cost === false) {
    throw new SettingsError(
      'A gateway key has a budget, which `cost: false` of CLAUDE_CONFIG keeps from holding: remove one of them.',
    );
  }
  return { ...claude, cost: { ...claude.cost, budgets: [...(claude.cost?.budgets ?? []), ...budgets] } };
}
