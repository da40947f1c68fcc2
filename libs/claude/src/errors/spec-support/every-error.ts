import { estimatedUsage } from '../../call/usage.js';
import type { ClaudeError, ClaudeErrorCode } from '../claude-error.js';
import * as errors from '../errors.js';
import * as refusals from '../refusals.js';

/** A message and a cause that look as much like a time-out as any can. */
const REMEDY = 'It timed out: raise `timeouts.attemptMs`, `connectTimeoutMs`, `headersTimeoutMs` or the timeout.';

export const TIMEOUT_CAUSE = Object.assign(new Error('connect timed out'), { name: 'TimeoutError', code: 'ETIMEDOUT' });

const PARTIAL = { message: null, text: '', usage: estimatedUsage(1, 0) };

const cause = TIMEOUT_CAUSE;

/** One error of every code there is. A new code that is not here does not compile. */
export const EVERY_ERROR: Readonly<Record<ClaudeErrorCode, ClaudeError>> = {
  budget_exceeded: new refusals.BudgetExceededError({ scope: 'timeouts a month', usedUsd: 1, limitUsd: 1, cause }),
  circuit_open: new refusals.CircuitOpenError({ circuit: 'timed out', retryAfterMs: 5_000, cause }),
  deadline_exceeded: new errors.DeadlineExceededError(1_000, { cause, retryAfterMs: 5 }),
  input_blocked: new refusals.InputBlockedError({ path: 'messages[0]', rules: ['timeout'], cause }),
  invalid_context: new errors.InvalidContextError(REMEDY, { cause }),
  invalid_options: new errors.InvalidOptionsError(REMEDY, { cause }),
  key_unavailable: new errors.KeyUnavailableError(REMEDY, { cause }),
  unpriced_model: new refusals.UnpricedModelError({ model: 'timed-out', cause }),
  limit_exceeded: new refusals.LimitExceededError({ scope: 'timeouts', used: 1, limit: 1, cause }),
  no_endpoint: new refusals.NoEndpointError(REMEDY, { cause }),
  protocol_error: new errors.ProtocolError(REMEDY, { cause }),
  request_exceeds_limit: new refusals.RequestExceedsLimitError({ scope: 'timeouts', requested: 2, limit: 1, cause }),
  shutting_down: new errors.ShuttingDownError(REMEDY, { cause }),
  store_unavailable: new refusals.StoreUnavailableError({ scope: 'timeouts', cause }),
  stream_interrupted: new errors.StreamInterruptedError(REMEDY, PARTIAL, { cause }),
  stream_stalled: new errors.StreamStalledError(REMEDY, PARTIAL, { cause }),
};
