import type { ExecutionContext } from '@nestjs/common';
import type { CallContext } from '../call/context.js';

/**
 * Says for whom and what the calls of a handler are made.
 *
 * @returns `undefined` where the request tells nothing.
 */
export type ResolveCallContext = (
  context: ExecutionContext,
) => CallContext | undefined | Promise<CallContext | undefined>;

/** What calls know of the request they are made for, where `ClaudeLoggingInterceptor` stands before its handler. */
export interface RequestOptions {
  /** Default: they know its correlation id only. What it throws ends the request. */
  readonly contextOf?: ResolveCallContext;
  /** The header that correlation ids come with, and go back with. Default `x-request-id`. */
  readonly correlationHeader?: string;
}

/** The same with every default filled in. */
export interface RequestSettings {
  readonly contextOf: ResolveCallContext | null;
  /** In lower case. */
  readonly correlationHeader: string;
}

export const REQUEST_DEFAULTS: RequestSettings = Object.freeze({ contextOf: null, correlationHeader: 'x-request-id' });
