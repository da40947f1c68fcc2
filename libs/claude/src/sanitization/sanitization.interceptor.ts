import {
  Injectable,
  SetMetadata,
  type CallHandler,
  type CustomDecorator,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { ModuleRef, Reflector } from '@nestjs/core';
import type { Observable } from 'rxjs';
import type { InputFinding, InputSource } from '../call/input-finding.js';
import { isClaudeError } from '../errors/claude-error.js';
import { guardRefusal } from '../errors/refusal-exception.js';
import { instanceOf } from '../instance-of.js';
import { inputOf } from './handler-input.js';
import { InputSanitizerService } from './input-sanitizer.service.js';
import { sanitizedAt } from './sanitized-paths.js';

/** How what a handler is given is looked at. */
export interface SanitizedOptions {
  /** Only these parts of the body, the arguments or the message: `prompt`, `messages[*].content`. Default: all of it. */
  readonly paths?: readonly string[];
  /** Whose policy holds. Default `user`. */
  readonly source?: InputSource;
  /** Whether the whole is a request of the Messages API, each text of which has a source of its own. Default false. */
  readonly request?: boolean;
  /** Hears of what was found, before the handler is called. */
  readonly onFindings?: (findings: readonly InputFinding[], context: ExecutionContext) => void;
  /** Name of the module instance. Default: the one without a name. */
  readonly instance?: string;
}

const SANITIZED = Symbol.for('nestjs-claude:sanitized');

const WHO = { guard: 'SanitizationInterceptor', decorator: 'Sanitized' };

/** Tells `SanitizationInterceptor` how to look at what a handler is given, or each handler of a class. */
export function Sanitized(options: SanitizedOptions): CustomDecorator<symbol> {
  return SetMetadata(SANITIZED, options);
}

/**
 * Looks at what a handler is given before pipes and the handler see it: the body over HTTP, the arguments of a GraphQL
 * field, the data of a message of a WebSocket or a microservice. Takes out and refuses what the module's `sanitization`
 * says. A refusal is 400 over HTTP and GraphQL, and an `InputBlockedError` elsewhere, which needs `ClaudeExceptionFilter`
 * to be told in the context's own words. What is refused is named by its path and the rules, and never repeated.
 */
@Injectable()
export class SanitizationInterceptor implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly modules: ModuleRef,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const targets = [context.getHandler(), context.getClass()];
    const options = this.reflector.getAllAndOverride<SanitizedOptions | undefined>(SANITIZED, targets) ?? {};
    const sanitizer = instanceOf(this.modules, options.instance, InputSanitizerService, WHO);
    const input = inputOf(context);
    try {
      const { value, changed, findings } = await look(sanitizer, input.read(), options);
      if (changed) input.write(value);
      if (findings.length > 0) options.onFindings?.(findings, context);
    } catch (error) {
      throw isClaudeError(error, 'input_blocked') ? guardRefusal(error, context) : error;
    }
    return next.handle();
  }
}

function look(
  sanitizer: InputSanitizerService,
  value: unknown,
  { paths, source = 'user', request = false }: SanitizedOptions,
): Promise<{ readonly value: unknown; readonly changed: boolean; readonly findings: readonly InputFinding[] }> {
  if (request && typeof value === 'object' && value !== null) return sanitizer.sanitizeRequest(value);
  if (paths === undefined) return sanitizer.sanitize(value, source);
  return sanitizedAt(value, paths, (part) => sanitizer.sanitize(part, source));
}
