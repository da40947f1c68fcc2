import type * as errors from './errors.js';
import type * as refusals from './refusals.js';

/** Which class an error of each code is. */
export interface ErrorOfCode {
  readonly budget_exceeded: refusals.BudgetExceededError;
  readonly circuit_open: refusals.CircuitOpenError;
  readonly deadline_exceeded: errors.DeadlineExceededError;
  readonly input_blocked: refusals.InputBlockedError;
  readonly invalid_context: errors.InvalidContextError;
  readonly invalid_options: errors.InvalidOptionsError;
  readonly key_unavailable: errors.KeyUnavailableError;
  readonly limit_exceeded: refusals.LimitExceededError;
  readonly no_endpoint: refusals.NoEndpointError;
  readonly protocol_error: errors.ProtocolError;
  readonly request_exceeds_limit: refusals.RequestExceedsLimitError;
  readonly shutting_down: errors.ShuttingDownError;
  readonly store_unavailable: refusals.StoreUnavailableError;
  readonly stream_interrupted: errors.StreamInterruptedError;
  readonly stream_stalled: errors.StreamStalledError;
  readonly unpriced_model: refusals.UnpricedModelError;
}
