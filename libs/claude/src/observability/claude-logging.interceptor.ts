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
import { instanceOf } from '../instance-of.js';
import { HandlerScope } from './handler-scope.js';
import type { ResolveCallContext } from './requests.options.js';

/** What `ClaudeLoggingInterceptor` is told of a handler. */
export interface ClaudeLoggedOptions {
  /** For whom and what its calls are made. Default: `requests.contextOf` of the module. */
  readonly contextOf?: ResolveCallContext;
  /** Name of the module instance whose calls are counted. Default: the one without a name. */
  readonly instance?: string;
}

const CLAUDE_LOGGED = Symbol.for('nestjs-claude:claude-logged');

const WHO = { guard: 'ClaudeLoggingInterceptor', decorator: 'ClaudeLogged' };

/** Tells `ClaudeLoggingInterceptor` more of a handler, or of each handler of a class. */
export function ClaudeLogged(options: ClaudeLoggedOptions): CustomDecorator<symbol> {
  return SetMetadata(CLAUDE_LOGGED, options);
}

/**
 * Logs handlers that use Claude, one line each when its answer is complete and its calls have ended: how many calls, and what
 * they took and cost together. Calls made within it, directly or later, carry the context of its request: the correlation id,
 * which goes back as a header over HTTP and GraphQL, and whatever `requests.contextOf` says.
 *
 * It counts an Observable until it completes, a stream or a subscription until it ends, in HTTP, GraphQL, WebSocket and RPC
 * contexts. Bind it with `APP_INTERCEPTOR` or `@UseInterceptors(ClaudeLoggingInterceptor)`.
 */
@Injectable()
export class ClaudeLoggingInterceptor implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly modules: ModuleRef,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const targets = [context.getHandler(), context.getClass()];
    const { contextOf, instance } =
      this.reflector.getAllAndOverride<ClaudeLoggedOptions | undefined>(CLAUDE_LOGGED, targets) ?? {};
    return instanceOf(this.modules, instance, HandlerScope, WHO).open(context, next, contextOf);
  }
}
