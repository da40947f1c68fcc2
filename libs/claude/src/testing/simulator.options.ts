import type { Clock } from '../call/clock.js';
import type { RandomFault } from './faults/fault.js';
import type { RateLimits } from './limits/rate-limit.options.js';
import type { ModelDefinition } from './models/model.js';

/** How slow the simulator is, in milliseconds by its clock. Each defaults to 0. */
export interface Latency {
  /** Before a stream's first content event; `message_start` and a ping are out by then. */
  readonly firstTokenMs?: number;
  /** Between the later events of a stream. Above 0 every event is a write of its own. */
  readonly perEventMs?: number;
  /** Before a JSON answer. */
  readonly jsonMs?: number;
}

/** How the prompt cache behaves. */
export interface PromptCacheOptions {
  /**
   * Shorter prefixes are not cached. Default 0, so that tests need no long prompts; the real API asks for 512 to 4,096
   * tokens, depending on the model.
   */
  readonly minimumTokens?: number;
}

/** How message batches behave. */
export interface BatchOptions {
  /** Milliseconds from creation to `ended`. Default 0: ended when next looked at. Beyond 24 hours batches expire. */
  readonly processingMs?: number;
}

/** What the simulator keeps of each request: everything, all but headers and body, or nothing (benchmarks). */
export type RecordLevel = 'full' | 'usage' | 'none';

/** Options of `AnthropicSimulator.start`. */
export interface SimulatorOptions {
  /** Default 0: any free port. */
  readonly port?: number;
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** Decides ids, generated answers and random faults. Default 1. */
  readonly seed?: number | string;
  /** Keys that are accepted; others get a 401. Default: any key that is not empty. */
  readonly apiKeys?: readonly string[];
  /**
   * Organization of each key. Keys of one organization share rate limits, prompt cache and batches; a key that is not
   * listed is an organization of its own.
   */
  readonly organizations?: Readonly<Record<string, string>>;
  /**
   * Keys of the Admin API: they read the reports of what was billed, and do nothing else. Default: none, so that nothing is
   * kept for reports.
   */
  readonly adminKeys?: readonly string[];
  /** Workspace of each key in reports. Keys that are not listed are in the default one, which has no id. */
  readonly workspaces?: Readonly<Record<string, string>>;
  /** Default `'real'`. A `ManualClock` drives rate limits, cache expiry, batches and latencies by hand. */
  readonly clock?: 'real' | Clock;
  /** Default: no limit is enforced, and the headers tell of very large ones. */
  readonly limits?: RateLimits;
  readonly latency?: Latency;
  /** Faults that strike by chance, drawn from the seed; the first that hits is played. A rule's own fault goes first. */
  readonly faults?: readonly RandomFault[];
  readonly cache?: PromptCacheOptions;
  readonly batches?: BatchOptions;
  /** Default `'full'`. */
  readonly record?: RecordLevel;
  /** Replaces the catalogue: ids of known models, or definitions. Default: every current model of the SDK's list. */
  readonly models?: readonly (string | ModelDefinition)[];
}
