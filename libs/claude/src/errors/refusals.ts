import { ClaudeError, type ClaudeErrorCode, type ClaudeErrorOptions } from './claude-error.js';

/** What a {@link CircuitOpenError} tells of the circuit. */
export interface OpenCircuit extends ClaudeErrorOptions {
  /** The circuit that refused: `default` for all of an endpoint, `default/claude-haiku-5-5` for one model there. */
  readonly circuit: string;
  /** Whether it is held open by hand, until it is closed by hand. */
  readonly isolated?: boolean;
}

/** A circuit is open, so nothing was sent. `retryAfterMs` says when it lets a call through again to see. */
export class CircuitOpenError extends ClaudeError {
  readonly code = 'circuit_open';
  readonly circuit: string;
  readonly isolated: boolean;

  constructor({ circuit, isolated = false, ...options }: OpenCircuit) {
    super(
      isolated
        ? `The circuit '${circuit}' is isolated by hand, so the call was not made. Close it with \`CircuitBreakerService.controller('${circuit}').close()\`.`
        : `The circuit '${circuit}' is open after repeated failures, so the call was not made. Try again after \`retryAfterMs\`, or tune the option \`circuit\`.`,
      options,
    );
    this.circuit = circuit;
    this.isolated = isolated;
  }
}

/**
 * Why a limit turned a call away: nothing is left now (`reached`), it would have had to wait longer than it may
 * (`wait-too-long`), as many wait as may (`queue-full`), somebody paused it (`paused`), the API asked for a pause
 * (`retry-after`), or will not be paid for any more (`spend`).
 */
export type LimitReason = 'reached' | 'wait-too-long' | 'queue-full' | 'paused' | 'retry-after' | 'spend';

/** What was asked of a meter, and what it has. */
export interface ExceededLimit extends ClaudeErrorOptions {
  /** Default `reached`. */
  readonly reason?: LimitReason;
  /** What is limited, e.g. `output tokens per minute of claude-haiku-5-5`. */
  readonly scope: string;
  /** How much of it is in use, in the unit of the scope. */
  readonly used: number;
  /** How much of it there is. */
  readonly limit: number;
}

const LIMIT_MESSAGES: Readonly<Record<LimitReason, (scope: string, used: string) => string>> = {
  reached: (scope, used) =>
    `The limit of ${scope} is reached (${used}), so the call was not made. Try again after \`retryAfterMs\`, or raise the limit.`,
  'wait-too-long': (scope, used) =>
    `The limit of ${scope} is reached (${used}) and would not have let the call through in the time it may wait, so the call was not made. ` +
    'Try again after `retryAfterMs`, raise the limit, or let calls wait longer with `rateLimit.queue.maxWaitMs`.',
  'queue-full': (scope, used) =>
    `The limit of ${scope} is reached (${used}) and as many calls wait for it as may, so the call was not made. ` +
    'Try again after `retryAfterMs`, raise the limit, or let more calls wait with `rateLimit.queue.maxLength`.',
  paused: (scope) =>
    `Calls are paused by hand at ${scope}, so the call was not made. Resume them with \`RateLimiterService.resume()\`.`,
  'retry-after': (scope) =>
    `The API asked for a pause of ${scope} that is longer than the call may wait, so the call was not made. Try again after \`retryAfterMs\`.`,
  spend: (scope) =>
    `The API refuses to be paid for more (${scope}), so the call was not made. ` +
    'Raise the spend limit of the organization or workspace, then call `RateLimiterService.resume()`, or wait until it is asked again.',
};

/** A limit of ours is reached, or the queue before it is full: the call was not made. */
export class LimitExceededError extends ClaudeError {
  readonly code = 'limit_exceeded';
  readonly reason: LimitReason;
  readonly scope: string;
  readonly used: number;
  readonly limit: number;

  constructor({ reason = 'reached', scope, used, limit, ...options }: ExceededLimit) {
    super(LIMIT_MESSAGES[reason](scope, `${used} of ${limit}`), options);
    this.reason = reason;
    this.scope = scope;
    this.used = used;
    this.limit = limit;
  }
}

/** The request asks for more than a limit could ever give at once, so waiting would not help. */
export class RequestExceedsLimitError extends ClaudeError {
  readonly code = 'request_exceeds_limit';
  readonly scope: string;
  /** How much the request asks for. */
  readonly requested: number;
  readonly limit: number;

  constructor({ scope, requested, limit, ...options }: Omit<ExceededLimit, 'used'> & { readonly requested: number }) {
    super(
      `The request asks for ${requested} of ${scope}, where there are never more than ${limit}: ` +
        'it was not made. Make the request smaller, or raise the limit.',
      options,
    );
    this.scope = scope;
    this.requested = requested;
    this.limit = limit;
  }
}

/** A budget has too little left for the call, so it was not made. */
export class BudgetExceededError extends ClaudeError {
  readonly code = 'budget_exceeded';
  /** Whose budget, and of which window, e.g. `user u1 per month`. */
  readonly scope: string;
  /** What is spent and reserved, in US dollars. */
  readonly usedUsd: number;
  readonly limitUsd: number;

  constructor({
    scope,
    usedUsd,
    limitUsd,
    ...options
  }: ClaudeErrorOptions & { readonly scope: string; readonly usedUsd: number; readonly limitUsd: number }) {
    super(
      `The budget of ${scope} has too little left for the call (${usedUsd} of ${limitUsd} USD used or reserved), so it was not made. ` +
        'Raise the budget, or wait for its next window.',
      options,
    );
    this.scope = scope;
    this.usedUsd = usedUsd;
    this.limitUsd = limitUsd;
  }
}

/** The sanitizer blocked the request. Where and by which rule is told, what stood there never is. */
export class InputBlockedError extends ClaudeError {
  readonly code = 'input_blocked';
  /** Where in the request, e.g. `messages[2].content[0].text`. */
  readonly path: string;
  /** Ids of the rules that matched. */
  readonly rules: readonly string[];

  constructor({
    path,
    rules,
    ...options
  }: ClaudeErrorOptions & { readonly path: string; readonly rules: readonly string[] }) {
    super(
      `The input at \`${path}\` was blocked (${rules.join(', ')}). Remove what the rules name, or change the policy.`,
      options,
    );
    this.path = path;
    this.rules = rules;
  }
}

/** No endpoint can take the call now: all are open, drained or without a valid key. */
export class NoEndpointError extends ClaudeError {
  readonly code = 'no_endpoint';
}

/** The store of limits or budgets does not answer, and nothing may go on without it: see `storeOutage`. */
export class StoreUnavailableError extends ClaudeError {
  readonly code = 'store_unavailable';
  /** What would have had to be asked of it, e.g. `budget all`. */
  readonly scope: string;

  constructor({ scope, ...options }: ClaudeErrorOptions & { readonly scope: string }) {
    super(
      `The store that keeps ${scope} did not answer, so the call was not made. ` +
        "Look after the store, give it more time with `storeOutage.answerWithinMs`, or let calls go on without it with 'local' " +
        "for `storeOutage.limits`, or 'open' for that or `storeOutage.hardBudgets`.",
      options,
    );
    this.scope = scope;
  }
}

/** A model has no known price, and calls are refused where that is so: see `cost.pricing.unknownModel`. */
export class UnpricedModelError extends ClaudeError {
  readonly code = 'unpriced_model';
  readonly model: string;

  constructor({ model, ...options }: ClaudeErrorOptions & { readonly model: string }) {
    super(
      `The model '${model}' has no known price, so the call was not made. ` +
        "Add a row for it to `cost.pricing.rows` or to the price file, or set `cost.pricing.unknownModel` to 'allow-unpriced' or 'dearest-known'.",
      options,
    );
    this.model = model;
  }
}

const REFUSALS: ReadonlySet<ClaudeErrorCode> = new Set<ClaudeErrorCode>([
  'budget_exceeded',
  'circuit_open',
  'input_blocked',
  'limit_exceeded',
  'no_endpoint',
  'request_exceeds_limit',
  'shutting_down',
  'store_unavailable',
  'unpriced_model',
]);

/** Whether an error of ours says that we turned the call away, so that nothing was sent for it. */
export function isRefusal(error: ClaudeError): boolean {
  return REFUSALS.has(error.code);
}
