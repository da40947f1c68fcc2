import { randomBytes } from 'node:crypto';

/** Ids that no other process makes: a random part for this one, and a count. */
export function callIds(): () => string {
  const process = randomBytes(9).toString('base64url');
  let count = 0;
  return () => `call_${process}${(count++).toString(36)}`;
}
