import { Injectable, SetMetadata, type CanActivate, type CustomDecorator, type ExecutionContext } from '@nestjs/common';
import { ModuleRef, Reflector } from '@nestjs/core';
import { guardRefusal } from '../errors/refusal-exception.js';
import { instanceOf } from '../instance-of.js';
import { CircuitBreakerService } from './circuit-breaker.service.js';

/** Which circuits stand before a handler. */
export interface GuardedCircuitOptions {
  /**
   * The model that the handler will ask, or how to tell from the request. Left out, or `undefined`, the handler is closed
   * only while no model that has been asked for would be let through.
   */
  readonly model?: string | ((context: ExecutionContext) => string | undefined);
  /** Default `default`. */
  readonly endpoint?: string;
  /** Name of the module instance. Default: the one without a name. */
  readonly instance?: string;
}

const GUARDED_CIRCUIT = Symbol.for('nestjs-claude:guarded-circuit');

const WHO = { guard: 'CircuitBreakerGuard', decorator: 'GuardedCircuit' };

/** Tells `CircuitBreakerGuard` which circuits stand before a handler, or before each handler of a class. */
export function GuardedCircuit(options: GuardedCircuitOptions): CustomDecorator<symbol> {
  return SetMetadata(GUARDED_CIRCUIT, options);
}

/**
 * Turns requests away while a circuit is open, before any work is done for them: with 503 and `Retry-After` over HTTP and
 * GraphQL, with a `CircuitOpenError` elsewhere, which needs `ClaudeExceptionFilter` to be told in the context's own words:
 * `APP_FILTER` for microservices, `@UseFilters(ClaudeExceptionFilter)` on WebSocket gateways, where Nest applies no global
 * filter. It only looks, so it never takes a probe's place.
 */
@Injectable()
export class CircuitBreakerGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly modules: ModuleRef,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const { model, endpoint, instance } = this.#optionsOf(context);
    const circuits = instanceOf(this.modules, instance, CircuitBreakerService, WHO);
    const refusal = circuits.refusal(typeof model === 'function' ? model(context) : model, endpoint);
    if (refusal === null) return true;
    throw guardRefusal(refusal, context);
  }

  #optionsOf(context: ExecutionContext): GuardedCircuitOptions {
    const targets = [context.getHandler(), context.getClass()];
    return this.reflector.getAllAndOverride<GuardedCircuitOptions | undefined>(GUARDED_CIRCUIT, targets) ?? {};
  }
}
