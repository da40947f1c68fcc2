import type { CallHandler, ExecutionContext } from '@nestjs/common';
import type { Observable } from 'rxjs';
import { checkContext, mergeContext, type CallContext } from '../call/context.js';
import type { ClaudeRuntime } from '../claude.runtime.js';
import { correlationIdOf } from './correlation-id.js';
import { followedHandler } from './followed-handler.js';
import { HandlerWork } from './handler-work.js';
import type { ResolveCallContext } from './requests.options.js';

/** Internal: opens the call context of handlers for one instance, and follows them until they are over. */
export class HandlerScope {
  /** Internal: what tells its tokens from those of other services. */
  static readonly tokenKey = 'handler-scope';

  readonly #runtime: ClaudeRuntime;

  constructor(runtime: object) {
    this.#runtime = runtime as ClaudeRuntime;
  }

  /**
   * @param contextOf In the place of the module's own.
   * @throws Whatever `contextOf` throws.
   * @throws InvalidContextError for a context that is none.
   */
  async open(
    execution: ExecutionContext,
    next: CallHandler,
    contextOf: ResolveCallContext | undefined,
  ): Promise<Observable<unknown>> {
    const { ambient, settings } = this.#runtime;
    const around = ambient.current().work;
    if (around instanceof HandlerWork && around.isOf(execution)) return next.handle();
    const correlationId = correlationIdOf(execution, settings.requests.correlationHeader);
    const resolved = await (contextOf ?? settings.requests.contextOf)?.(execution);
    const context = mergeContext({ correlationId }, checkContext(resolved ?? {}));
    const work = this.#workOf(execution, context);
    const within = <T>(fn: () => T): T => ambient.run(context, fn, work);
    return followedHandler(next, work, within, execution.getType<string>() === 'graphql');
  }

  #workOf(execution: ExecutionContext, context: CallContext): HandlerWork {
    const { ambient, clock, observing } = this.#runtime;
    const { handlers, instance, tracing } = observing;
    return new HandlerWork({
      execution,
      instance,
      context: mergeContext(ambient.current().context, context),
      traceId: tracing?.activeTraceId() ?? null,
      clock,
      onOver: (summary) => handlers.tell(summary),
    });
  }
}
