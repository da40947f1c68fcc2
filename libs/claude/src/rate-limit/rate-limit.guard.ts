import { Injectable, SetMetadata, type CanActivate, type CustomDecorator, type ExecutionContext } from '@nestjs/common';
import { ModuleRef, Reflector } from '@nestjs/core';
import { InvalidOptionsError } from '../errors/errors.js';
import { guardRefusal } from '../errors/refusal-exception.js';
import { instanceOf } from '../instance-of.js';
import type { LimitRequest } from './limit-request.js';
import { RateLimiterService } from './rate-limiter.service.js';

/** Which limits stand before a handler, and what it is thought to ask of them. */
export interface RateLimitedOptions extends Pick<
  LimitRequest,
  'domain' | 'inputTokens' | 'outputTokens' | 'requests' | 'priority'
> {
  /** The model, or model class, that the handler will ask, or how to tell from the request. */
  readonly model: string | ((context: ExecutionContext) => string);
  /**
   * Milliseconds its calls may be expected to wait; 0 turns away whoever would have to wait at all. Default: as long as
   * calls may wait, so that only those are turned away that would be refused anyway.
   */
  readonly maxWaitMs?: number;
  /** Name of the module instance. Default: the one without a name. */
  readonly instance?: string;
}

const RATE_LIMITED = Symbol.for('nestjs-claude:rate-limited');

const WHO = { guard: 'RateLimitGuard', decorator: 'RateLimited' };

/** Tells `RateLimitGuard` which limits stand before a handler, or before each handler of a class. */
export function RateLimited(options: RateLimitedOptions): CustomDecorator<symbol> {
  return SetMetadata(RATE_LIMITED, options);
}

/**
 * Turns requests away whose calls would be refused for want of a limit, before any work is done for them: with 429 and
 * `Retry-After` over HTTP and GraphQL, with a `LimitExceededError` elsewhere, which needs `ClaudeExceptionFilter` to be
 * told in the context's own words. It only looks, and claims nothing.
 */
@Injectable()
export class RateLimitGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly modules: ModuleRef,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { model, instance, ...request } = this.#optionsOf(context);
    const limiter = instanceOf(this.modules, instance, RateLimiterService, WHO);
    const refusal = await limiter.refusal({ ...request, model: typeof model === 'function' ? model(context) : model });
    if (refusal === null) return true;
    throw guardRefusal(refusal, context);
  }

  #optionsOf(context: ExecutionContext): RateLimitedOptions {
    const targets = [context.getHandler(), context.getClass()];
    const options = this.reflector.getAllAndOverride<RateLimitedOptions | undefined>(RATE_LIMITED, targets);
    if (options !== undefined) return options;
    throw new InvalidOptionsError(
      `RateLimitGuard stands before ${context.getClass().name} without knowing which limits to ask: add \`@RateLimited({ model })\` to it.`,
    );
  }
}
