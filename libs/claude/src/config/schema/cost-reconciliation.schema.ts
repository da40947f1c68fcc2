import { z } from 'zod';
import type { LedgerOptions } from '../../cost/ledger/ledger.options.js';
import type { ReconciliationOptions } from '../../cost/reconciliation/reconciliation.options.js';
import { keyProblem } from '../../keys/check-key.js';
import { isGivenKey, type GivenKey } from '../../keys/key-source.js';
import { atLeast, inRange, isObject, isText, millisecondsOrNone, must } from './checks.js';

const share = must<number>('a number from 0 to 1', (value) => inRange(value, 0, 1));

const workspaces = must<Record<string, string | null>>(
  'an object with the name of at least one endpoint, each with the id of its workspace, or null for the default one',
  (value) =>
    isObject(value) &&
    Object.keys(value).length > 0 &&
    Object.values(value).every((workspace) => workspace === null || isText(workspace)),
);

export const reconciliation = z
  .strictObject({
    adminKey: must<GivenKey>(
      'a non-empty string, a function that returns one, or a key source with `name` and `getKey`',
      (value) => isGivenKey(value) && value !== '',
    ),
    workspaces: workspaces.optional(),
    tolerance: z
      .strictObject({ share, usd: atLeast(0) })
      .partial()
      .optional(),
    freshnessMs: millisecondsOrNone.optional(),
  })
  .optional();

/** A key that cannot be one of the Admin API, and workspaces of endpoints that are none. */
export function reconciliationContradictions(
  path: string,
  { adminKey, workspaces: given = {} }: ReconciliationOptions,
  endpoints: readonly string[],
): string[] {
  const known = endpoints.map((name) => `'${name}'`).join(', ');
  const unknown = Object.keys(given)
    .filter((name) => !endpoints.includes(name))
    .map((name) => `\`${path}.workspaces['${name}']\` names no endpoint: there are ${known}.`);
  if (typeof adminKey !== 'string') return unknown;
  const problem = keyProblem(adminKey.trim());
  if (problem !== null) return [`\`${path}.adminKey\` ${problem}: set it to the key, as one line.`, ...unknown];
  if (!adminKey.trim().startsWith('sk-ant-api')) return unknown;
  const own = `\`${path}.adminKey\` is a key for calls: set it to a key of the Admin API, which begins with \`sk-ant-admin\`.`;
  return [own, ...unknown];
}

/** Workspaces that the ledger cannot tell apart. */
export function untoldWorkspaces(
  path: string,
  { workspaces: given }: ReconciliationOptions,
  { store }: LedgerOptions,
): string[] {
  if (given === undefined || store === undefined || typeof store.modelsAtEndpoints === 'function') return [];
  return [
    `\`${path}.workspaces\` needs a ledger that tells what each model used at each endpoint: give the one of ` +
      '`cost.ledger.store` a method `modelsAtEndpoints`, or leave `workspaces` out.',
  ];
}
