const CONNECT_TIMEOUT = 'UND_ERR_CONNECT_TIMEOUT';

/** Failures of a connection that never carried the request. */
const NEVER_SENT: ReadonlySet<string> = new Set([
  'EADDRNOTAVAIL',
  'ECONNREFUSED',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'EMFILE',
  'ENETDOWN',
  'ENETUNREACH',
  'ENFILE',
  'ENOTFOUND',
  CONNECT_TIMEOUT,
]);

/** What was under way when it failed, in the words of the operating system, before there was a connection. */
const CONNECTING: ReadonlySet<unknown> = new Set(['connect', 'getaddrinfo']);

const TIMED_OUT: ReadonlySet<string> = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'ETIMEDOUT']);

/** What OpenSSL says of certificates. */
const CERTIFICATES =
  /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_CRL|HOSTNAME_MISMATCH|INVALID_(?:CA|PURPOSE)|^CRL_|PATH_LENGTH_EXCEEDED/;

const HANDSHAKE = /^(?:ERR_(?:TLS|SSL)_|UND_ERR_PRX_TLS)/;

/** Whether a failure means that the request cannot have been carried out: there never was a connection for it. */
export function neverSent(error: unknown): boolean {
  const failure = firstWithCode(error);
  if (failure === null) return false;
  const { code, syscall, message } = failure;
  if (NEVER_SENT.has(code) || code.startsWith('EAI_') || CONNECTING.has(syscall)) return true;
  // A proxy that refuses to connect us on. Source: undici's ProxyAgent.
  return code === 'UND_ERR_ABORTED' && typeof message === 'string' && message.startsWith('Proxy response');
}

/** Whether the other side could not prove who it is, or does not speak TLS. The next attempt would meet the same. */
export function isTlsFailure(code: string | null): boolean {
  if (code === null || code.includes('BAD_RECORD_MAC')) return false;
  return HANDSHAKE.test(code) || CERTIFICATES.test(code);
}

/** Whether a limit of the transport's own was reached: connecting, or waiting for an answer. */
export function ranOutOfTime(error: unknown): boolean {
  const code = codeOf(error);
  return isConnectTimeoutCode(code) || isTimeoutCode(code);
}

/** Whether no connection was made in time. */
export function isConnectTimeoutCode(code: string | null): boolean {
  return code === CONNECT_TIMEOUT;
}

/** Whether an answer that was waited for on an open connection did not come in time. */
export function isTimeoutCode(code: string | null): boolean {
  return code !== null && TIMED_OUT.has(code);
}

/** Whether a code is one of the operating system's or of undici, and not of a bug: those of Node begin with `ERR_`. */
export function isNetworkCode(code: string | null): boolean {
  return code !== null && !isMisuseCode(code) && /^(?:E(?!RR_)[A-Z0-9]+|UND_ERR_\w+|ERR_SSL_\w+)$/.test(code);
}

/** Whether a code says that somebody called Node or undici wrongly. */
export function isMisuseCode(code: string | null): boolean {
  return code !== null && /^(?:ERR|UND_ERR)_INVALID_/.test(code);
}

/** The first code in the chain of causes: `ECONNRESET`, `UND_ERR_CONNECT_TIMEOUT`, one of ours. */
export function codeOf(error: unknown): string | null {
  return firstWithCode(error)?.code ?? null;
}

interface CodedFailure {
  readonly code: string;
  readonly syscall?: unknown;
  readonly message?: unknown;
}

/** The original of it, where errors around it repeat its code. */
function firstWithCode(error: unknown, depth = 0): CodedFailure | null {
  if (typeof error !== 'object' || error === null || depth > 8) return null;
  const inner = 'cause' in error ? firstWithCode(error.cause, depth + 1) : null;
  if (!('code' in error) || typeof error.code !== 'string') return inner;
  return inner?.code === error.code ? inner : (error as CodedFailure);
}
