import { Logger } from '@nestjs/common';
import type { LineWriter } from './request-log.js';

/** Nest's logger, which can say beforehand what the application does not log. */
export function nestLineWriter(context: string): LineWriter {
  return Object.assign(new Logger(context), { isLevelEnabled: Logger.isLevelEnabled.bind(Logger) });
}
