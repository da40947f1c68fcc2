/** Shapes of credentials that a proxy's error page might echo. */
const SECRETS = /\bsk-ant-[\w-]{8,}|\b(?:Bearer|Basic)\s+[\w.~+/=-]{8,}/gi;

/**
 * Replaces what looks like a key or an authorization value, and a value that is known to be one. Linear in the length of
 * the text.
 */
export function redactSecrets(text: string, known?: string): string {
  const cleared = known ? text.replaceAll(known, '[redacted]') : text;
  return cleared.replace(SECRETS, '[redacted]');
}
