import type { ExecutionContext } from '@nestjs/common';

/** What a handler is given, and how it is replaced. */
export interface HandlerInput {
  read(): unknown;
  write(value: unknown): void;
}

/** Where a handler's input stands, by the kind of its context. */
export function inputOf(context: ExecutionContext): HandlerInput {
  if (context.getType() === 'http') return bodyOf(context.switchToHttp().getRequest<{ body?: unknown }>());
  // A resolver has its parent first, then the arguments; a gateway its client, then the data; a microservice the data.
  return argumentOf(context.getArgs<unknown[]>(), context.getType() === 'rpc' ? 0 : 1);
}

function bodyOf(request: { body?: unknown }): HandlerInput {
  return {
    read: () => request.body,
    write: (value) => {
      request.body = value;
    },
  };
}

/** Nest may have taken the arguments out of their list already, so an object is changed in its place as well. */
function argumentOf(args: unknown[], index: number): HandlerInput {
  return {
    read: () => args[index],
    write: (value) => {
      const given = args[index];
      if (isPlainObject(given) && isPlainObject(value)) replaceMembers(given, value);
      else args[index] = value;
    },
  };
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function replaceMembers(target: Record<string, unknown>, value: Readonly<Record<string, unknown>>): void {
  for (const [key, member] of Object.entries(value)) {
    // Not by assignment: a member may be called `__proto__`.
    if (target[key] !== member)
      Object.defineProperty(target, key, { value: member, writable: true, enumerable: true, configurable: true });
  }
}
