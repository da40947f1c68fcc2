import { wholeNumber, type Environment } from '../environment.js';

/** How long a client may take, so that one that is slow, or wants to be, holds nothing for long. In milliseconds. */
export interface ClientTimeouts {
  /** From `HEADERS_TIMEOUT_MS`: for the headers of a request. Default 10,000. */
  readonly headersMs: number;
  /** From `REQUEST_TIMEOUT_MS`: for the whole request. Default 60,000. */
  readonly requestMs: number;
  /** From `WRITE_TIMEOUT_MS`: without taking anything of the answer that is there for it. Default 30,000. */
  readonly writeMs: number;
}

export const CLIENT_TIMEOUT_DEFAULTS: ClientTimeouts = Object.freeze({
  headersMs: 10_000,
  requestMs: 60_000,
  writeMs: 30_000,
});

/** Under which the gateway's {@link ClientTimeouts} are injected. */
export const CLIENT_TIMEOUTS: unique symbol = Symbol.for('gateway:client-timeouts');

const MIN_MS = 10;
const MAX_MS = 3_600_000;

/** @throws SettingsError naming the variable. */
export function readClientTimeouts(env: Environment): ClientTimeouts {
  const { headersMs, requestMs, writeMs } = CLIENT_TIMEOUT_DEFAULTS;
  return {
    headersMs: wholeNumber(env, 'HEADERS_TIMEOUT_MS', headersMs, MIN_MS, MAX_MS),
    requestMs: wholeNumber(env, 'REQUEST_TIMEOUT_MS', requestMs, MIN_MS, MAX_MS),
    writeMs: wholeNumber(env, 'WRITE_TIMEOUT_MS', writeMs, MIN_MS, MAX_MS),
  };
}
