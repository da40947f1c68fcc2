import { isClaudeError } from 'nestjs-claude';
import { SettingsError } from './settings-error.js';

interface Failure {
  readonly message: string;
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
  return error.message;
}

function oneLine(message: string): string {
  return message.replaceAll(/\s*\n\s*(?:- )?/g, ' ');
}

function isFailure(error: unknown): error is Failure {
  return typeof error === 'object' && error !== null && 'message' in error && typeof error.message === 'string';
}
