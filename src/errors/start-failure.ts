import { isClaudeError } from 'nestjs-claude';
import { SettingsError } from './settings-error.js';

interface Failure {
  readonly message: string;
  readonly code?: unknown;
  readonly port?: unknown;
  readonly address?: unknown;
}

/** Why the gateway did not start, in one line without a stack trace. */
export function explainStartFailure(
  error: unknown,
  configFile: string | undefined = process.env['CLAUDE_CONFIG'],
): string {
  return `The gateway did not start. ${oneLine(reason(error, configFile))}`;
}

function reason(error: unknown, configFile: string | undefined): string {
  if (!isFailure(error)) return 'Something was thrown that is no error.';
  if (error instanceof SettingsError) return error.message;
  if (isClaudeError(error, 'invalid_options')) {
    return configFile ? `${error.message} (CLAUDE_CONFIG: ${configFile})` : error.message;
  }
  return listenFailure(error) ?? error.message;
}

function listenFailure({ code, port, address }: Failure): string | null {
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${String(port)} of ${String(address)} is in use: set PORT to another one, or to 0 for any that is free.`;
    case 'EACCES':
      return `Port ${String(port)} needs rights this process does not have: set PORT to 1024 or above.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'HOST is not an address of this machine: set it to one, e.g. 127.0.0.1, or to 0.0.0.0 for all.';
    default:
      return null;
  }
}

function oneLine(message: string): string {
  return message.replaceAll(/\s*\n\s*(?:- )?/g, ' ');
}

function isFailure(error: unknown): error is Failure {
  return typeof error === 'object' && error !== null && 'message' in error && typeof error.message === 'string';
}
