import { isOfEndpoints, isOfModels, type BudgetAccount } from '../budgets/budget-account.js';
import type { ReconciliationDifference } from './difference.js';
import type { ReconciliationOptions } from './reconciliation.options.js';

/** Id of a workspace; '' of the default one, which has none; `null` for all of them, where they are not told apart. */
export type WorkspaceName = string | null;

/** Whose use is compared, and where it was used. */
export interface Workspaces {
  /** Whether workspaces are told apart. */
  readonly areApart: boolean;
  /** Of an id on the bill; `undefined` of one that is not compared. */
  readonly billed: (id: string | null) => WorkspaceName | undefined;
  /** Of an endpoint's keys; `undefined` of one that is not compared. */
  readonly ofEndpoint: (endpoint: string) => WorkspaceName | undefined;
}

/** Whether a budget pays for what such a difference is of. */
export function paysFor(
  { budget: { scope }, who }: BudgetAccount,
  { name, workspace }: Pick<ReconciliationDifference, 'name' | 'workspace'>,
  { ofEndpoint }: Workspaces,
): boolean {
  if (isOfModels(scope)) return who === name;
  return !isOfEndpoints(scope) || ofEndpoint(who) === workspace;
}

const WHOLE_ORGANIZATION: Workspaces = { areApart: false, billed: () => null, ofEndpoint: () => null };

export function workspacesOf(given: ReconciliationOptions['workspaces']): Workspaces {
  if (given === undefined) return WHOLE_ORGANIZATION;
  const byEndpoint = new Map(Object.entries(given).map(([endpoint, id]) => [endpoint, id ?? '']));
  const compared = new Set(byEndpoint.values());
  return {
    areApart: true,
    billed: (id) => (compared.has(id ?? '') ? (id ?? '') : undefined),
    ofEndpoint: (endpoint) => byEndpoint.get(endpoint),
  };
}
