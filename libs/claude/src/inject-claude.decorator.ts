import { Inject } from '@nestjs/common';
import { ClaudeService } from './claude.service.js';
import { namedInstanceToken, type ServiceClass } from './claude.tokens.js';

/**
 * The token under which a service of an instance is injected: its class, or a symbol of its own for a named instance.
 *
 * @param name Name of the instance; none for the default one.
 * @param service Which of its services. Default `ClaudeService`.
 */
export function getClaudeToken<T extends ServiceClass>(name?: string, service?: T): T | symbol;
export function getClaudeToken(name?: string, service: ServiceClass = ClaudeService): ServiceClass | symbol {
  return name === undefined ? service : namedInstanceToken(name, service);
}

/**
 * Injects a service of the instance registered under a name: `@InjectClaude('batch') claude: ClaudeService`,
 * `@InjectClaude('batch', CircuitBreakerService) circuits: CircuitBreakerService`.
 */
export function InjectClaude(name?: string, service?: ServiceClass): PropertyDecorator & ParameterDecorator {
  return Inject(getClaudeToken(name, service));
}
