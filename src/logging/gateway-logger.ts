import type { LoggerService } from '@nestjs/common';
import { RedactingLogger, type ClaudeModuleOptions, type Redactor } from 'nestjs-claude';
import { GatewayConsole } from './gateway-console.js';
import type { LogSettings } from './log.settings.js';

/** What the gateway writes to standard output and standard error, cleared of secrets. */
export function gatewayLogger({ levels, format }: LogSettings, redactor: Redactor): LoggerService {
  const inner = new GatewayConsole({ logLevels: [...levels], json: format === 'json' });
  return new RedactingLogger(inner, redactor, { format });
}

/** Whether lines of handlers are asked for all the same. They cost a context that follows every promise. */
export function logsHandlers({ log }: ClaudeModuleOptions): boolean {
  return typeof log === 'object' && log.handlers === true;
}

/** Each request makes one call, which has a line of its own: the handler's would say the same once more. */
export function withoutHandlerLines(claude: ClaudeModuleOptions): ClaudeModuleOptions {
  if (claude.log === false) return claude;
  return { ...claude, log: { handlers: false, ...claude.log } };
}
