import type Anthropic from '@anthropic-ai/sdk';
import { InvalidContextError } from '../errors/errors.js';

/** Who waits for the answer. A call of a higher priority is served first where calls have to queue. */
export type CallPriority = 'interactive' | 'normal' | 'background';

/** How an endpoint is chosen among those that can take a call. */
export const STRATEGY_NAMES = ['least-busy', 'random', 'round-robin', 'sticky', 'weighted'] as const;

/** See {@link STRATEGY_NAMES}. */
export type StrategyName = (typeof STRATEGY_NAMES)[number];

/** Who a call is for and why. Every field is optional; later sources win over earlier ones, tag by tag. */
export interface CallContext {
  /** Whom the call is attributed to, e.g. a user id. Written to records; keep personal data out of it. */
  readonly user?: string | undefined;
  /** Free labels to attribute cost by, e.g. `{ feature: 'search', tenant: 'acme' }`. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** Default `normal`. */
  readonly priority?: CallPriority | undefined;
  /** What kind of work it is, e.g. `chat` or `classification`. */
  readonly requestType?: string | undefined;
  /** What keeps the turns of a conversation together where they are routed `sticky`, e.g. its id. */
  readonly conversation?: string | undefined;
  /** The endpoint it goes to, by name, and to no other. Default: any. */
  readonly endpoint?: string | undefined;
  /** How its endpoint is chosen. Default: `routing.strategy`. */
  readonly strategy?: StrategyName | undefined;
  /** What the call is found by in the logs of everybody who took part, e.g. the id of the incoming request. Goes to no API. */
  readonly correlationId?: string | undefined;
  /** Whether cost optimization may change it, where the module's option `optimize` is set. Default true. */
  readonly optimize?: boolean | undefined;
  /** Milliseconds from the start of the call in which it must have ended, a stream to its last event. */
  readonly deadlineMs?: number | undefined;
  /** Aborts the call, together with the SDK's own `signal` request option. */
  readonly signal?: AbortSignal | undefined;
}

/** The key under which a context travels through the SDK's request options to our middleware. */
export const CALL_CONTEXT: unique symbol = Symbol.for('nestjs-claude:call-context');

/** Request options of the SDK that may carry a call context of ours. */
export type ContextualOptions = Anthropic.RequestOptions & { readonly [CALL_CONTEXT]?: CallContext };

/** The context that says nothing. */
export const EMPTY_CONTEXT: CallContext = Object.freeze({});

const STRATEGIES: ReadonlySet<unknown> = new Set<StrategyName>(STRATEGY_NAMES);

const PRIORITIES: ReadonlySet<unknown> = new Set<CallPriority>(['interactive', 'normal', 'background']);

const CHECKS: Readonly<Record<keyof CallContext, (value: unknown) => string | null>> = {
  user: (value) => (isNonEmptyString(value) ? null : 'a non-empty string'),
  tags: (value) => (isStringRecord(value) ? null : 'an object whose values are strings'),
  priority: (value) => (PRIORITIES.has(value) ? null : "'interactive', 'normal' or 'background'"),
  requestType: (value) => (isNonEmptyString(value) ? null : 'a non-empty string'),
  conversation: (value) => (isNonEmptyString(value) ? null : 'a non-empty string'),
  endpoint: (value) => (isNonEmptyString(value) ? null : 'the name of an endpoint'),
  strategy: (value) => (STRATEGIES.has(value) ? null : `one of ${[...STRATEGIES].join(', ')}`),
  correlationId: (value) => (isNonEmptyString(value) ? null : 'a non-empty string'),
  optimize: (value) => (typeof value === 'boolean' ? null : 'true or false'),
  deadlineMs: (value) => (isPositiveNumber(value) ? null : 'a positive number of milliseconds'),
  signal: (value) => (isAbortSignal(value) ? null : 'an AbortSignal'),
};

/**
 * One call's own context, to be spread into the SDK's request options:
 * `claude.messages.create(params, { ...callContext({ user: 'u1' }), timeout: 5_000 })`.
 *
 * @throws InvalidContextError when a field is unknown or of the wrong kind.
 */
export function callContext(context: CallContext): Anthropic.RequestOptions {
  const options: ContextualOptions = { [CALL_CONTEXT]: checkContext(context) };
  return options;
}

/**
 * Puts one context over another: fields of `over` win, tags are joined.
 */
export function mergeContext(base: CallContext, over: CallContext): CallContext {
  if (base === EMPTY_CONTEXT) return over;
  return {
    user: over.user ?? base.user,
    tags: base.tags && over.tags ? { ...base.tags, ...over.tags } : (over.tags ?? base.tags),
    priority: over.priority ?? base.priority,
    requestType: over.requestType ?? base.requestType,
    conversation: over.conversation ?? base.conversation,
    endpoint: over.endpoint ?? base.endpoint,
    strategy: over.strategy ?? base.strategy,
    correlationId: over.correlationId ?? base.correlationId,
    optimize: over.optimize ?? base.optimize,
    deadlineMs: over.deadlineMs ?? base.deadlineMs,
    signal: over.signal ?? base.signal,
  };
}

/**
 * Refuses what is no context.
 *
 * @throws InvalidContextError naming the field, the kind of what was given and what it must be.
 */
export function checkContext(context: CallContext): CallContext {
  if (typeof context !== 'object' || context === null) {
    throw new InvalidContextError(`A call context must be an object, not ${kindOf(context)}.`);
  }
  for (const field in context) {
    const value = context[field as keyof CallContext];
    const check = Object.hasOwn(CHECKS, field) ? CHECKS[field as keyof CallContext] : undefined;
    if (check === undefined) {
      throw new InvalidContextError(
        `A call context has no field \`${field}\`. Its fields are ${Object.keys(CHECKS).join(', ')}; anything else belongs into \`tags\`.`,
      );
    }
    const expected = value === undefined ? null : check(value);
    if (expected !== null) {
      throw new InvalidContextError(`\`${field}\` of a call context must be ${expected}, not ${kindOf(value)}.`);
    }
  }
  return context;
}

/** What a value is, in a word that gives away nothing of its content. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'string' && value.trim() === '') return 'an empty string';
  if (typeof value === 'number') return Number.isNaN(value) ? 'NaN' : 'a number out of range';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function isNonEmptyString(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function isPositiveNumber(value: unknown): boolean {
  return typeof value === 'number' && value > 0;
}

function isStringRecord(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  for (const key in value) if (typeof (value as Record<string, unknown>)[key] !== 'string') return false;
  return true;
}

function isAbortSignal(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'aborted' in value && 'addEventListener' in value;
}
