import { kindOf } from '../call/context.js';
import { InvalidOptionsError } from '../errors/errors.js';
import type { Observation } from './admission-store.js';
import type { Claims, Meter } from './meter.js';

/** Above this, amounts would no longer add up. */
const MAX_AMOUNT = Number.MAX_SAFE_INTEGER;

/** Refuses claims whose amounts cannot be counted. */
export function checkClaims({ meters, amounts }: Claims): void {
  if (meters.length !== amounts.length) throw wrongClaims(meters, amounts);
  for (let i = 0; i < meters.length; i += 1) {
    if (!isAmount(amounts[i])) throw wrongClaim(meters[i], amounts[i]);
  }
}

/** Refuses a settlement that does not match the claims it is for. */
export function checkUsed({ meters }: Claims, used: readonly (number | null)[]): void {
  if (used.length !== meters.length) throw wrongCount(meters, used);
  for (let i = 0; i < used.length; i += 1) {
    const amount = used[i];
    if (amount !== null && !isAmount(amount)) throw wrongUse(meters[i], amount);
  }
}

/** Refuses a lease that would never begin. */
export function checkLeaseMs(leaseMs: number): void {
  if (typeof leaseMs !== 'number' || !(leaseMs > 0)) throw wrongLeaseMs(leaseMs);
}

/** Refuses observations that say nothing. */
export function checkObservations(observations: readonly Observation[]): void {
  for (const { meter, limit, remaining, closed, credit, spent } of observations) {
    checkObserved(meter, 'limit', limit);
    checkObserved(meter, 'remaining', remaining);
    checkObserved(meter, 'closed.forMs', closed?.forMs);
    checkObserved(meter, 'spent.agoMs', spent?.agoMs);
    checkWhole(meter, 'credit', credit);
    checkWhole(meter, 'spent.amount', spent?.amount);
  }
}

/** Takes a meter for what it must be, and refuses one whose numbers make no bound. */
export function checkMeter<K extends Meter['kind']>(meter: Meter, kind: K): Extract<Meter, { readonly kind: K }> {
  if (meter.kind !== kind) {
    throw new InvalidOptionsError(
      `The key \`${meter.key}\` stands for a meter of ${kind} and for one of ${meter.kind}. Give each of them a key of its own.`,
    );
  }
  checkNumber(meter, 'limit', meter.limit, 'at least 0', meter.limit >= 0);
  if (meter.kind === 'budget') {
    const { rollingMs, keepMs } = meter;
    checkNumber(meter, 'rollingMs', rollingMs ?? 1, 'above 0, or null', rollingMs === null || rollingMs > 0);
    checkNumber(meter, 'keepMs', keepMs, 'at least 0', keepMs >= 0);
  }
  if (meter.kind === 'rate') {
    const { refillShare, burstShare, minBurst } = meter;
    checkNumber(meter, 'refillShare', refillShare, 'above 0, up to 1', refillShare > 0 && refillShare <= 1);
    checkNumber(meter, 'burstShare', burstShare, 'above 0, up to 1', burstShare > 0 && burstShare <= 1);
    checkNumber(meter, 'minBurst', minBurst, 'at least 0 and finite', minBurst >= 0 && minBurst < Infinity);
  }
  return meter as Extract<Meter, { readonly kind: K }>;
}

/** Whether it can be counted. */
export function isAmount(amount: unknown): amount is number {
  return typeof amount === 'number' && amount >= 0 && amount <= MAX_AMOUNT;
}

/** The error of a lease that another store granted. */
export function foreignLease(): InvalidOptionsError {
  return new InvalidOptionsError('A lease can only be given to the store it came from. Keep both together.');
}

// Errors are made apart from the checks: every call is checked, and what is short is compiled into its caller.

function wrongClaims(meters: readonly Meter[], amounts: readonly number[]): InvalidOptionsError {
  return new InvalidOptionsError(
    `${amounts.length} amounts cannot be claimed of ${meters.length} meters. Give one for each meter in its order.`,
  );
}

function wrongClaim(meter: Meter | undefined, amount: unknown): InvalidOptionsError {
  return wrongAmount(`A claim of ${meter?.label ?? ''}`, amount, 'Claim what it is expected to use.');
}

function wrongUse(meter: Meter | undefined, amount: unknown): InvalidOptionsError {
  return wrongAmount(`What was used of ${meter?.label ?? ''}`, amount, 'Settle with `null` while it is not known yet.');
}

function wrongAmount(what: string, amount: unknown, remedy: string): InvalidOptionsError {
  return new InvalidOptionsError(`${what} must be a number from 0 to ${MAX_AMOUNT}, not ${kindOf(amount)}. ${remedy}`);
}

function wrongCount(meters: readonly Meter[], used: readonly (number | null)[]): InvalidOptionsError {
  return new InvalidOptionsError(
    `A lease of ${meters.length} claims cannot be settled with ${used.length} amounts. ` +
      'Give one for each claim in its order, `null` for one that stays held.',
  );
}

function wrongLeaseMs(leaseMs: unknown): InvalidOptionsError {
  return new InvalidOptionsError(
    `\`leaseMs\` must be a number of milliseconds above 0, not ${kindOf(leaseMs)}. \`Infinity\` makes a lease that never expires.`,
  );
}

function checkObserved(meter: Meter, field: string, value: number | undefined): void {
  if (value !== undefined) checkNumber(meter, field, value, 'at least 0, or left out', value >= 0);
}

function checkWhole(meter: Meter, field: string, value: number | undefined): void {
  if (value !== undefined)
    checkNumber(meter, field, value, 'that is whole and exact, or left out', Number.isSafeInteger(value));
}

function checkNumber(meter: Meter, field: string, value: unknown, expected: string, isFine: boolean): void {
  if (typeof value === 'number' && isFine) return;
  throw new InvalidOptionsError(`\`${field}\` of ${meter.label} must be a number ${expected}, not ${kindOf(value)}.`);
}
