import type { APIRequest } from '@anthropic-ai/sdk';
import type { CallTrace } from './call-trace.js';
import type { CallingWork } from './calling-work.js';
import type { CallContext } from './context.js';
import type { PriceUsage } from './cost.js';
import type { Endpoint } from './endpoint.js';
import type { Operation } from './operations/operation.js';

/** What a call is made of when the SDK hands it to us. */
export interface CallInit {
  readonly id: string;
  /** Name of the module instance. */
  readonly instance: string;
  readonly operation: Operation;
  /** The encoded request. Headers may be changed in place. */
  readonly request: APIRequest;
  /** The SDK method's params, or the parsed body of a request given as bytes; `undefined` where there is none. */
  readonly params: unknown;
  readonly stream: boolean;
  readonly context: CallContext;
  /** The piece of work it is made in, which hears of it; `null` for none. */
  readonly work: CallingWork | null;
  /** Where it stands in a trace; `null` where nothing is traced. */
  readonly trace: CallTrace | null;
  /** Where its attempts go until a stage says otherwise. */
  readonly endpoint: Endpoint;
  /** Whether the endpoint's key goes with it; not when the caller set credentials of its own. */
  readonly usesEndpointKey: boolean;
  /** Whether the request passes code that may need a real `AbortSignal`. */
  readonly needsRealSignal: boolean;
  /** Whether nothing but the transport is left to send it; not when it has SDK middleware of its own. */
  readonly isSentDirectly: boolean;
  /** How often the caller wants it tried at the most; `undefined` leaves that to the module's options. */
  readonly maxAttempts: number | undefined;
  /** Milliseconds one attempt may take until its answer begins; includes the SDK's `timeout` of this call. */
  readonly attemptTimeoutMs: number;
  /** Milliseconds the call may take until its answer begins. */
  readonly deadlineMs: number;
  /** Says what its attempts cost; `null` where costs are not tracked. */
  readonly price: PriceUsage | null;
  /** Puts fresh credentials of the SDK's own in the place of refused ones; `undefined` where the SDK has none. */
  readonly renewAuthorization: ((headers: Headers) => Promise<boolean>) | undefined;
  /** Sends a request: the rest of the SDK's own chain. */
  readonly transmit: (request: APIRequest) => Promise<Response>;
}

/** The model a request asks for; `null` where the operation has none. */
export function modelOf(params: unknown): string | null {
  if (typeof params !== 'object' || params === null || !('model' in params)) return null;
  return typeof params.model === 'string' ? params.model : null;
}
