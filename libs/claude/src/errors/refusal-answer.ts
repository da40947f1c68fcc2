import { failureOf } from './call-failure.js';
import { classifyError } from './classify.js';
import { isClaudeError, type ClaudeError, type ClaudeErrorCode } from './claude-error.js';
import { errorAnswer, type HttpAnswer } from './error-answer.js';
import { knownWaitMs } from './error-report.js';
import { isRefusal } from './refusals.js';

interface Wording {
  readonly status: number;
  readonly type: string;
  /** Instead of the error's own message, where that speaks to code in the same process or tells what others use. */
  readonly message?: string;
}

/** What the caller is told of a defect of the application: nothing of it is the caller's doing. */
const DEFECT: Wording = { status: 500, type: 'api_error', message: 'Internal server error' };

const WORDINGS: Readonly<Record<ClaudeErrorCode, Wording>> = {
  budget_exceeded: {
    status: 402,
    type: 'billing_error',
    message: 'A budget has too little left for the call, so it was not made.',
  },
  circuit_open: {
    status: 503,
    type: 'api_error',
    message: 'Calls of this kind are suspended for now, so the call was not made.',
  },
  deadline_exceeded: { status: 504, type: 'timeout_error', message: 'The call did not finish within its deadline.' },
  input_blocked: { status: 400, type: 'invalid_request_error' },
  invalid_context: DEFECT,
  invalid_options: DEFECT,
  key_unavailable: { status: 503, type: 'api_error', message: 'No key for the API could be had for the call.' },
  limit_exceeded: {
    status: 429,
    type: 'rate_limit_error',
    message: 'A limit on calls is reached, so the call was not made.',
  },
  no_endpoint: {
    status: 503,
    type: 'api_error',
    message: 'No endpoint can take the call now, so it was not made.',
  },
  protocol_error: { status: 502, type: 'api_error', message: 'The API gave an answer that cannot be read.' },
  request_exceeds_limit: { status: 413, type: 'request_too_large' },
  shutting_down: { status: 503, type: 'api_error' },
  store_unavailable: {
    status: 503,
    type: 'api_error',
    message: 'What limits or budgets have left is not known now, so the call was not made.',
  },
  stream_interrupted: {
    status: 502,
    type: 'api_error',
    message: 'The API broke off the stream before its end, so the answer is incomplete.',
  },
  stream_stalled: {
    status: 504,
    type: 'timeout_error',
    message: 'The stream of the API went silent before its end, so the answer is incomplete.',
  },
  unpriced_model: {
    status: 400,
    type: 'invalid_request_error',
    message: 'The model has no known price here, so the call was not made.',
  },
};

/** Errors that are our doing too, although the call may have been under way. */
const OUR_DOING: ReadonlySet<ClaudeErrorCode> = new Set<ClaudeErrorCode>(['deadline_exceeded', 'key_unavailable']);

/** An error of ours as an HTTP answer, with `Retry-After` or `x-should-retry`, and `x-claude-refusal` if we refused. */
export function answerOfOurs(error: ClaudeError): HttpAnswer {
  const { status, type, message = error.message } = wordingOf(isUnpaid(error) ? 'budget_exceeded' : error.code);
  const refused = isRefusal(error) || OUR_DOING.has(error.code);
  return errorAnswer(status, type, message, {
    ...whenToReturn(error),
    ...(refused && { 'x-claude-refusal': error.code }),
  });
}

/** Money is what is missing, whoever noticed it. */
function isUnpaid(error: ClaudeError): boolean {
  return isClaudeError(error, 'limit_exceeded') && error.reason === 'spend';
}

/** A code that another version of this package knows is a failure of ours like any other. */
function wordingOf(code: string): Wording {
  return Object.hasOwn(WORDINGS, code) ? WORDINGS[code as ClaudeErrorCode] : { status: 500, type: 'api_error' };
}

function whenToReturn(error: ClaudeError): Record<string, string> {
  const retryAfterMs = knownWaitMs(error.retryAfterMs);
  if (retryAfterMs !== undefined) return { 'retry-after': String(Math.max(1, Math.ceil(retryAfterMs / 1000))) };
  return waitingHelps(error) ? {} : { 'x-should-retry': 'false' };
}

/** A process that is going away has another in its place by the time the caller is back. */
function waitingHelps(error: ClaudeError): boolean {
  if (failureOf(error)?.retryBudgetExhausted === true) return false;
  return error.code === 'shutting_down' || classifyError(error).advice.includes('after-delay');
}
