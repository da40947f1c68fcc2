import { failureOf } from './call-failure.js';

type Prototype = { readonly constructor?: { readonly name?: unknown } } | null;

/**
 * Whether an error's class is the SDK's or one of ours. Told by the name of the root: a class of the SDK has a twin in
 * its other build, and other SDKs have errors of the same shape.
 */
export function hasSdkRoot(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  for (let each: Prototype = Object.getPrototypeOf(error); each !== null; each = Object.getPrototypeOf(each)) {
    if (each.constructor?.name === 'AnthropicError') return true;
  }
  return false;
}

/** Whether the SDK or this module made an error, or a call of ours ended with it. */
export function isOfSdk(error: unknown): boolean {
  return hasSdkRoot(error) || failureOf(error) !== null;
}
