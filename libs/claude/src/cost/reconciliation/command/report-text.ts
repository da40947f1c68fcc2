import { nanoToUsd } from '../../pricing/money.js';
import type { DifferenceKind, ReconciliationDifference } from '../difference.js';
import type { Findings } from '../reconciliation.js';
import { TOKEN_KINDS, type UsedAmounts } from '../used.js';

const MEANINGS: Readonly<Record<DifferenceKind, string>> = {
  lapsed: 'reservations that lapsed account for it',
  'missing-here': 'billed, and in no ledger: another client, or a process that ended',
  'missing-there': 'in the ledger, and not billed here: it went elsewhere, or is reported late',
  estimated: 'calls that broke off were booked as an estimate',
  unpriced: 'the ledger knows no price of the model',
  price: 'other prices: a discount, or a price list that is out of date',
  prepaid: 'the priority tier, which was paid for in advance',
  'day-boundary': 'the same use is on the next day, or the one before',
  'other-charges': 'charged for what no answer tells',
  'not-kept': 'the ledger no longer has the day',
  mixed: 'more of some kinds, less of others',
};

/** A comparison as lines for whoever reads a terminal. */
export function reportText({ period, openDays, ledger, bill, differences, isBalanced }: Findings): string {
  const days = `${period.from.slice(0, 10)} until ${period.to.slice(0, 10)} (UTC, the last day not included)`;
  return [
    days,
    `  ledger  ${dollars(ledger.costNanoUsd)}  ${tokens(ledger)}`,
    `  bill    ${dollars(bill.costNanoUsd)}  ${tokens(bill)}`,
    ...(openDays.length === 0 ? [] : [`  Not final yet: ${openDays.join(', ')}`]),
    ...differences.map(line),
    isBalanced ? 'Nothing differs that counts.' : 'Ledger and bill differ.',
    '',
  ].join('\n');
}

function line({ day, kind, difference, isOpen, isWithinTolerance, ...of }: ReconciliationDifference): string {
  const what = nameOf(of);
  const weight = isOpen ? ' [not final]' : isWithinTolerance ? ' [tolerated]' : '';
  return `${day}  ${what}  ${kind}  ${dollars(difference.costNanoUsd)}  ${tokens(difference)}${weight}\n    ${MEANINGS[kind]}`;
}

function nameOf({ by, name, workspace }: Pick<ReconciliationDifference, 'by' | 'name' | 'workspace'>): string {
  const what = `${by} ${name === '' ? '(none)' : name}`;
  return workspace === null ? what : `${what}  workspace ${workspace === '' ? '(default)' : workspace}`;
}

function tokens(amounts: UsedAmounts): string {
  return TOKEN_KINDS.filter((kind) => amounts[kind] !== 0)
    .map((kind) => `${kind} ${amounts[kind]}`)
    .join(', ');
}

function dollars(nanoUsd: number): string {
  return `${nanoToUsd(nanoUsd).toFixed(9)} USD`;
}
