/** Who would have to change something for the same call to succeed. */
export type Fault = 'caller' | 'key' | 'limit-domain' | 'model' | 'service' | 'network' | 'us';

/** What another attempt would have to do differently: wait, go to another endpoint, or ask another model. */
export type RetryAdvice = 'after-delay' | 'elsewhere' | 'other-model';

/** What a failure means, whatever shape it came in. */
export interface FailureMeaning {
  /** What happened, from a closed set. */
  readonly kind: FailureKind;
  readonly fault: Fault;
  /** What may help; empty when nothing does, so that the call must not be repeated. */
  readonly advice: readonly RetryAdvice[];
  /** Whether it is evidence that the service is unwell. */
  readonly countsAgainstCircuit: boolean;
  /** Whether the request may have been carried out all the same, and money spent on it. */
  readonly mayHaveRun: boolean;
}

type Row = Omit<FailureMeaning, 'kind'>;

function row(fault: Fault, advice: readonly RetryAdvice[], evidence: 'counts' | 'neutral', run: 'ran?' | 'no'): Row {
  return { fault, advice, countsAgainstCircuit: evidence === 'counts', mayHaveRun: run === 'ran?' };
}

const ROWS = {
  // Answers of the API, by status or error type.
  /** 500, 502, 504 and whatever 5xx comes next. */
  'server-error': row('service', ['after-delay', 'elsewhere'], 'counts', 'ran?'),
  /** 503. */
  unavailable: row('service', ['after-delay', 'elsewhere'], 'counts', 'no'),
  /** 529: capacity of the model, not of the account. */
  overloaded: row('model', ['after-delay', 'elsewhere', 'other-model'], 'counts', 'no'),
  /** 429 for want of capacity: limits are per organization and model class. The limiter's business, not the circuit's. */
  throttled: row('limit-domain', ['after-delay', 'elsewhere', 'other-model'], 'neutral', 'no'),
  /** Money ran out or the account is on hold, in one of its shapes: no waiting within a call helps. */
  spent: row('limit-domain', [], 'neutral', 'no'),
  /** 401. */
  unauthorized: row('key', ['elsewhere'], 'neutral', 'no'),
  /** 403: this key may not use this model. */
  forbidden: row('key', ['elsewhere'], 'neutral', 'no'),
  /** 408: the request did not arrive in time. */
  'request-lost': row('network', ['after-delay', 'elsewhere'], 'neutral', 'no'),
  /** 409: helped, if at all, by one more attempt. */
  conflict: row('caller', ['after-delay'], 'neutral', 'no'),
  /** 501. */
  'not-implemented': row('service', [], 'neutral', 'no'),
  /** Every other 4xx. */
  rejected: row('caller', [], 'neutral', 'no'),

  // Answers that did not come, or not whole.
  /** The connection was never made: refused, no such host, no route, no answer to the first packet. */
  unreachable: row('network', ['after-delay', 'elsewhere'], 'counts', 'no'),
  /** The other side could not prove who it is; the next attempt would meet the same certificate. */
  tls: row('network', ['elsewhere'], 'counts', 'no'),
  /** The connection broke with the request under way. */
  disconnected: row('network', ['after-delay', 'elsewhere'], 'counts', 'ran?'),
  /** An attempt used up its time. */
  'no-answer': row('service', ['after-delay', 'elsewhere'], 'counts', 'ran?'),
  /** Something answered that does not speak the protocol. */
  malformed: row('service', ['after-delay', 'elsewhere'], 'counts', 'ran?'),
  /** A stream went silent. */
  'stream-stalled': row('service', ['after-delay', 'elsewhere'], 'counts', 'ran?'),
  /** A stream broke with output handed out already: only the caller can know whether to ask again. */
  'stream-interrupted': row('service', [], 'counts', 'ran?'),

  // The caller's doing.
  aborted: row('caller', [], 'neutral', 'ran?'),
  'deadline-passed': row('caller', [], 'neutral', 'ran?'),

  // Refusals of ours, before anything is sent.
  'circuit-open': row('service', ['elsewhere', 'other-model'], 'neutral', 'no'),
  'over-limit': row('limit-domain', ['after-delay', 'elsewhere'], 'neutral', 'no'),
  'never-fits': row('caller', [], 'neutral', 'no'),
  'over-budget': row('us', [], 'neutral', 'no'),
  'unpriced-model': row('caller', [], 'neutral', 'no'),
  'input-blocked': row('caller', [], 'neutral', 'no'),
  'no-endpoint': row('service', ['after-delay'], 'neutral', 'no'),
  'no-key': row('key', ['elsewhere'], 'neutral', 'no'),
  /** Where limits or budgets are kept, nobody answers. */
  'store-away': row('us', ['after-delay'], 'neutral', 'no'),
  'shutting-down': row('us', ['elsewhere'], 'neutral', 'no'),
  /** An option or a call context that cannot be accepted. */
  misused: row('caller', [], 'neutral', 'no'),

  // Code of the application or of ours.
  /** A middleware asked for another attempt with the SDK's `RetryableError`. */
  'retry-requested': row('us', ['after-delay', 'elsewhere'], 'neutral', 'no'),
  /** Nothing anybody foresaw. */
  unexpected: row('us', [], 'neutral', 'ran?'),
} as const satisfies Readonly<Record<string, Row>>;

/** What happened, from a closed set: safe as a label of a metric. */
export type FailureKind = keyof typeof ROWS;

const MEANINGS = Object.fromEntries(
  Object.entries(ROWS).map(([kind, each]) => [kind, Object.freeze({ kind, ...each })]),
) as unknown as Readonly<Record<FailureKind, FailureMeaning>>;

/** Every kind of failure there is. */
export const FAILURE_KINDS = Object.freeze(Object.keys(ROWS)) as readonly FailureKind[];

/** What a kind of failure means, as long as nobody who knows better says otherwise. */
export function meaningOf(kind: FailureKind): FailureMeaning {
  return MEANINGS[kind];
}
