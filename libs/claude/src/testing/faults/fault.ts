/** Types of error the API names in a body or an `error` event ("Errors" in the Anthropic API docs). */
export type ErrorTypeName =
  | 'invalid_request_error'
  | 'authentication_error'
  | 'billing_error'
  | 'permission_error'
  | 'not_found_error'
  | 'conflict_error'
  | 'request_too_large'
  | 'rate_limit_error'
  | 'api_error'
  | 'timeout_error'
  | 'overloaded_error'
  | (string & {});

/** An error answer: any status, with the API's body unless `body` says otherwise. Costs nothing. */
export interface StatusFault {
  readonly kind: 'status';
  /** HTTP status. 502 answers a proxy's HTML page unless `type`, `message` or `body` is given. */
  readonly status: number;
  /** Default: the type the API uses for this status. */
  readonly type?: ErrorTypeName;
  readonly message?: string;
  /** Sent as `error.details.error_code`, e.g. `enforced_spend_limit_reached` (a spend stop) or `ramp_limit_exceeded`. */
  readonly errorCode?: string;
  /** Sent as they are. Rate-limit headers are left out of a scripted error unless given here. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The `retry-after` header: seconds, an HTTP date, or any nonsense. */
  readonly retryAfter?: number | string;
  /** The `retry-after-ms` header. */
  readonly retryAfterMs?: number;
  /** Replaces the whole body. */
  readonly body?: string;
  /** Default `application/json`, or `text/html` for the HTML page of a 502. */
  readonly contentType?: string;
}

/** Where in a stream a fault strikes. */
export interface AfterDeltas {
  /** How many `content_block_delta` events get through first. A shorter answer is cut after its last one. */
  readonly afterDeltas: number;
}

/**
 * One way to misbehave. Where a fault is about streams, a JSON request gets its nearest relative: half a body instead
 * of half a stream, the status an error event stands for, a wait before the answer.
 */
export type Fault =
  | StatusFault
  /** TCP reset instead of an answer. Nothing is billed. */
  | { readonly kind: 'resetBeforeHeaders' }
  /** TCP reset in the middle of the body. */
  | ({ readonly kind: 'resetMidStream' } & AfterDeltas)
  /** The stream stops without `message_stop`, yet ends as a correct HTTP response. */
  | ({ readonly kind: 'truncateStream' } & AfterDeltas)
  /** The connection is closed (FIN) before the body's declared end. `afterDeltas` defaults to 1. */
  | ({ readonly kind: 'truncateBody' } & Partial<AfterDeltas>)
  /** An `error` event after HTTP 200. `afterDeltas` defaults to 0, right behind `message_start`: then nothing is billed. */
  | ({
      readonly kind: 'errorEvent';
      /** Default `overloaded_error`. */
      readonly type?: ErrorTypeName;
      readonly message?: string;
      /** The `error` event is the first of the stream. */
      readonly beforeMessageStart?: boolean;
    } & Partial<AfterDeltas>)
  /** An event whose data is no JSON; the stream ends behind it. */
  | ({ readonly kind: 'malformedEvent' } & AfterDeltas)
  /** 200 with a JSON content type and a body that is none, for streams too. */
  | { readonly kind: 'malformedJson' }
  /** 200 with an empty body. */
  | { readonly kind: 'emptyBody' }
  /** No answer, ever. Ends when the client leaves or the simulator closes. */
  | { readonly kind: 'hang' }
  /** 200 and headers, then silence. */
  | { readonly kind: 'stallAfterHeaders' }
  /** Silence in the middle of the body. */
  | ({ readonly kind: 'stallMidStream' } & AfterDeltas)
  /** `message_start`, then nothing but pings. `everyMs` defaults to 1,000. */
  | { readonly kind: 'pingsOnly'; readonly everyMs?: number }
  /** A wait before the first content event. */
  | { readonly kind: 'slowFirstToken'; readonly ms: number }
  /** A wait between the events, each in a write of its own. */
  | { readonly kind: 'slowStream'; readonly perEventMs: number }
  /** `content-encoding: gzip` over bytes that do not inflate. */
  | { readonly kind: 'corruptGzip' }
  /** One more content event of this size, which is not billed. */
  | { readonly kind: 'hugeEvent'; readonly bytes: number }
  /** Event types, block types and comments no client has heard of, around a complete answer. */
  | { readonly kind: 'unknownEvents' }
  /** The right bytes in many small writes, cut in the middle of characters. */
  | { readonly kind: 'splitBytes'; readonly chunkBytes: number };

export type FaultKind = Fault['kind'];

/** A fault of a known kind. */
export type FaultOf<K extends FaultKind> = Extract<Fault, { kind: K }>;

/** A fault that strikes by chance. */
export interface RandomFault {
  readonly fault: Fault;
  /** From 0 (never) to 1 (always), per request for a message. */
  readonly probability: number;
}
