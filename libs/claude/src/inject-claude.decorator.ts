import { Inject } from '@nestjs/common';
import { ClaudeService } from './claude.service.js';
import { namedInstanceToken } from './claude.tokens.js';

/** The token under which an instance is injected: `ClaudeService` itself, or a symbol of its own for a named one. */
export function getClaudeToken(name?: string): typeof ClaudeService | symbol {
  return name === undefined ? ClaudeService : namedInstanceToken(name);
}

/** Injects the `ClaudeService` registered under a name: `constructor(@InjectClaude('batch') claude: ClaudeService)`. */
export function InjectClaude(name?: string): PropertyDecorator & ParameterDecorator {
  return Inject(getClaudeToken(name));
}
