import { portOf, secretOf, textOf, type Environment } from '../environment.js';
import { SettingsError } from '../errors/settings-error.js';

/** The listener for those who run the gateway. */
export interface AdminSettings {
  /** From `ADMIN_PORT`; 0 takes any free port. */
  readonly port: number;
  /** From `ADMIN_HOST`. Default `127.0.0.1`. */
  readonly host: string;
  /** From `ADMIN_TOKEN`, or the file named by `ADMIN_TOKEN_FILE`: what every request must bring. Never logged. */
  readonly token: string;
}

/** Visible ASCII, so that any client can send it as it is; and no shorter than 16, so that nobody guesses it. */
const TOKEN = /^[\x21-\x7e]{16,512}$/;

/**
 * @param mainPort Where the gateway itself listens.
 * @returns `null` without `ADMIN_PORT`.
 * @throws SettingsError naming the variable and the remedy, never the token.
 */
export function readAdminSettings(env: Environment, mainPort: number): AdminSettings | null {
  if (textOf(env, 'ADMIN_PORT') === null) {
    refuseWithoutPort(env);
    return null;
  }
  const port = portOf(env, 'ADMIN_PORT', 0);
  if (port === mainPort && port !== 0) {
    throw new SettingsError(
      `ADMIN_PORT is ${port}, where the gateway listens: set it to another one, or to 0 for any that is free.`,
    );
  }
  return { port, host: textOf(env, 'ADMIN_HOST') ?? '127.0.0.1', token: readToken(env) };
}

function readToken(env: Environment): string {
  const token = secretOf(env, 'ADMIN_TOKEN');
  const how = 'e.g. to what `openssl rand -hex 32` prints';
  if (token === null) {
    throw new SettingsError(
      `ADMIN_PORT needs ADMIN_TOKEN, which every request to it must bring: set it, ${how}, or unset ADMIN_PORT.`,
    );
  }
  if (TOKEN.test(token)) return token;
  throw new SettingsError(`ADMIN_TOKEN must be 16 to 512 visible ASCII characters without spaces: set it, ${how}.`);
}

function refuseWithoutPort(env: Environment): void {
  for (const name of ['ADMIN_TOKEN', 'ADMIN_TOKEN_FILE', 'ADMIN_HOST']) {
    if (textOf(env, name) === null) continue;
    throw new SettingsError(
      `${name} does nothing without ADMIN_PORT: set ADMIN_PORT to the port of the admin listener, or unset ${name}.`,
    );
  }
}
