/** Failures of a connection that never carried the request. */
const NEVER_SENT: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Whether a failure of this code means that the request cannot have been carried out. */
export function neverSent(code: string | null): boolean {
  return code !== null && (NEVER_SENT.has(code) || isTlsFailure(code));
}

/** Whether the other side could not prove who it is. The next attempt would meet the same certificate. */
export function isTlsFailure(code: string | null): boolean {
  return code !== null && /^ERR_(?:TLS|SSL)_|CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code);
}
