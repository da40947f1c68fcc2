/** Shapes of credentials that a proxy's error page might echo. */
const SECRETS = /\bsk-ant-[\w-]{8,}|\b(?:Bearer|Basic)\s+[\w.~+/=-]{8,}/gi;

/** Replaces what looks like a key or an authorization value. Linear in the length of the text. */
export function redactSecrets(text: string): string {
  return text.replace(SECRETS, '[redacted]');
}
