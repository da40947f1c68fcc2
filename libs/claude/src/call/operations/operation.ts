export type OperationMethod = 'get' | 'post' | 'put' | 'patch' | 'delete';

/**
 * Whether the call starts spending by tokens: `paid` operations must pass the meters, whatever their answer says about
 * usage. It says nothing of charges that fall later without a call, such as the runs of a scheduled deployment, nor of
 * reading what was billed before, such as the results of a batch.
 */
export type OperationCost = 'paid' | 'unpaid';

/**
 * The rate limit a call draws on. `model_group`, `token_count`, `batch`, `files` and `skills` are the `group_type`s of
 * the API's own `GET /v1/organizations/rate_limits`; its `web_search` counts searches inside messages, not calls.
 * `managed_agents` is limited by organization, apart from the Messages API and not listed there: creations (`post`) and
 * reads (`get`) have a limit each. `none`: no published limit. (Anthropic API docs, "Rate limits" and "Rate Limits API")
 */
export type RateLimitGroup = 'model_group' | 'token_count' | 'batch' | 'files' | 'skills' | 'managed_agents' | 'none';

/**
 * Where the response tells usage, judged by the SDK's response types:
 * - `message`: `usage` of the JSON body, or of `message_start` and `message_delta` in the event stream;
 * - `batch-results`: a JSON line each, `result.message.usage` where `result.type` is `succeeded`; reading the results
 *   twice shows the same usage twice;
 * - `running-total`: `usage` of the session, thread or dream (of each item of `data` in a list), summed up since it began:
 *   a later total replaces an earlier one;
 * - `session-events`: `model_usage` of each `span.model_request_end`, `usage` of each `span.outcome_evaluation_end`, and
 *   the running total in `session.usage`;
 * - `none`: nothing, or nothing yet.
 */
export type UsageLocation = 'message' | 'batch-results' | 'running-total' | 'session-events' | 'none';

/**
 * What repeating an attempt of unknown outcome would do:
 * - `safe`: no harm: a read, a computation, or a change that ends in the same state (the repeat of a deletion that did
 *   succeed may answer 404);
 * - `costly`: it runs again and is billed again;
 * - `creates`: it may make a second object, secret or message, so it is never repeated unless the first is known to
 *   have failed.
 */
export type RepeatEffect = 'safe' | 'costly' | 'creates';

/** One SDK operation, as the meters see it. */
export interface Operation {
  /** The SDK's own path to the method, e.g. `messages.create`, `beta.messages.batches.results`. */
  readonly name: string;
  readonly method: OperationMethod;
  /** Path template, `{id}` for each variable segment, without query. */
  readonly path: string;
  /** Whether it is a method of `client.beta`, which often shares method and path with its stable twin. */
  readonly beta: boolean;
  readonly cost: OperationCost;
  readonly limit: RateLimitGroup;
  readonly usage: UsageLocation;
  readonly repeat: RepeatEffect;
}

/** Whether it creates a message batch, of which only the results tell what it cost. */
export function createsBatch({ limit, cost }: Operation): boolean {
  return limit === 'batch' && cost === 'paid';
}

/** A call that may change something and is not in the table: metered as a message, so that nothing slips past. */
export const UNKNOWN_OPERATION: Operation = Object.freeze({
  name: 'unknown',
  method: 'post',
  path: '',
  beta: false,
  cost: 'paid',
  limit: 'model_group',
  usage: 'message',
  repeat: 'creates',
});

/** A read that is not in the table. */
export const UNKNOWN_READ: Operation = Object.freeze({
  name: 'unknown',
  method: 'get',
  path: '',
  beta: false,
  cost: 'unpaid',
  limit: 'none',
  usage: 'none',
  repeat: 'safe',
});
