import type { Provider } from '@nestjs/common';
import { createRuntime } from './claude.runtime.js';
import { ClaudeService } from './claude.service.js';
import { CLAUDE_OPTIONS, CLAUDE_RUNTIME, namedInstanceToken } from './claude.tokens.js';
import { resolveSettings } from './config/settings.js';
import { InvalidOptionsError } from './errors/errors.js';

/** The providers of one instance. */
export function instanceProviders(name: string | undefined): Provider[] {
  const runtime: Provider = {
    provide: CLAUDE_RUNTIME,
    useFactory: (options: unknown) => createRuntime(resolveSettings(options), name),
    inject: [CLAUDE_OPTIONS],
  };
  if (name === undefined) return [runtime, ClaudeService];
  return [
    runtime,
    { provide: tokenOf(name), useFactory: (made: object) => new ClaudeService(made), inject: [CLAUDE_RUNTIME] },
  ];
}

/** What other modules may inject of one instance. */
export function instanceExports(name: string | undefined): (typeof ClaudeService | symbol)[] {
  return [name === undefined ? ClaudeService : tokenOf(name)];
}

function tokenOf(name: unknown): symbol {
  if (typeof name === 'string' && name.trim() !== '') return namedInstanceToken(name);
  throw new InvalidOptionsError(
    '`name` of ClaudeModule must be a non-empty string, or left out for the default instance.',
  );
}
