import type { Anthropic } from '@anthropic-ai/sdk';
import type { FaultKind } from '../faults/fault.js';

/**
 * How a request ended: answered in full (errors of the API's kind included), left by the client, spoiled by a fault, or
 * caught by the simulator's `close()`. `active` while it lasts.
 */
export type RequestOutcome = 'active' | 'completed' | 'clientAborted' | 'faulted' | 'simulatorClosed';

/** What the simulator remembers of one request. It is filled in as the request goes on. */
export interface RecordedRequest {
  /** The `request-id` of the answer. */
  readonly requestId: string;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** Without the `?`; empty when there is none. */
  readonly query: string;
  /** Lower-case names; the key is shown as its fingerprint. Empty unless `record` is `full`. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The first characters of the key's SHA-256; `null` for a request without a key. */
  readonly apiKeyFingerprint: string | null;
  /** Position in the `apiKeys` option, else in order of first use; `null` for a key that was refused. */
  readonly apiKeyIndex: number | null;
  /** The parsed JSON body; `undefined` without one, and unless `record` is `full`. */
  readonly body: unknown;
  /** The model as it was asked for; `null` where a request names none. */
  readonly model: string | null;
  readonly stream: boolean;
  /** Wall-clock milliseconds since the epoch, by the simulator's clock. */
  readonly receivedAtMs: number;
  /** `null` as long as, and whenever, no status was sent. */
  readonly status: number | null;
  readonly outcome: RequestOutcome;
  /** The fault that was played, if any. */
  readonly fault: FaultKind | null;
  /** What the API would bill for it; `null` for nothing. */
  readonly billed: Anthropic.Usage | null;
}

/** The same, for the room that writes it. */
export type RequestDraft = { -readonly [K in keyof RecordedRequest]: RecordedRequest[K] };
