import type { APIRequest } from '@anthropic-ai/sdk';
import { WireHeaders } from '../transport/wire-headers.js';
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
  /** The encoded request, as the next attempt sends it. Once an answer is handed out, only its method and URL are left. */
  request: APIRequest;
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
  /** Sends a request: the rest of the SDK's own chain. Of no use once an answer is handed out. */
  transmit: (request: APIRequest) => Promise<Response>;
}

/** The model a request asks for; `null` where the operation has none. */
export function modelOf(params: unknown): string | null {
  if (typeof params !== 'object' || params === null || !('model' in params)) return null;
  return typeof params.model === 'string' ? params.model : null;
}

/** An answer is handed out and goes on, maybe for minutes: lets go of what the request would be sent with again. */
export function handedOut(init: CallInit): void {
  const { url, method } = init.request;
  init.request = { url, method, headers: new WireHeaders() };
  init.transmit = () => Promise.reject(new Error('The answer of the call has been handed out.'));
}
