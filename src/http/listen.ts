import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SettingsError } from '../errors/settings-error.js';

interface Address {
  readonly port: number;
  readonly host: string;
}

/** The variables that an address comes from. */
interface AddressVariables {
  readonly port: string;
  readonly host: string;
}

/**
 * @returns The URL.
 * @throws SettingsError naming the variable that must be set otherwise.
 */
export async function listen(
  app: NestFastifyApplication,
  { port, host }: Address,
  variables: AddressVariables,
): Promise<string> {
  try {
    await app.listen(port, host);
  } catch (error) {
    const explanation = explain(error, variables);
    throw explanation === null ? error : new SettingsError(explanation, { cause: error });
  }
  return app.getUrl();
}

function explain(error: unknown, variables: AddressVariables): string | null {
  const { code, port, address } = (error ?? {}) as Readonly<Partial<Record<'code' | 'port' | 'address', unknown>>>;
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${String(port)} of ${String(address)} is in use: set ${variables.port} to another one, or to 0 for any that is free.`;
    case 'EACCES':
      return `Port ${String(port)} needs rights this process does not have: set ${variables.port} to 1024 or above.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `${variables.host} is not an address of this machine: set it to one, e.g. 127.0.0.1, or to 0.0.0.0 for all.`;
    default:
      return null;
  }
}
