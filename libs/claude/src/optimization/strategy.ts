import type { CallContext } from '../call/context.js';
import type { Usage } from '../call/usage.js';

/** Params of a Messages request, field by field. */
export type RequestFields = Readonly<Record<string, unknown>>;

/** The fields of a request that a strategy may put another value in. */
export const CHANGEABLE_FIELDS = ['model', 'max_tokens', 'messages', 'system', 'tools'] as const;

/** Other values for fields of a request. What is left out stays as it is. */
export interface RequestChanges {
  readonly model?: string;
  readonly max_tokens?: number;
  readonly messages?: readonly unknown[];
  readonly system?: unknown;
  readonly tools?: readonly unknown[];
}

/** A request that a strategy looks at. Nothing in it may be changed in place: it is the caller's. */
export interface StrategyRequest {
  /** The request as it stands, with what strategies before this one changed. */
  readonly params: RequestFields;
  /** The model it asks now. */
  readonly model: string;
  readonly stream: boolean;
  readonly context: CallContext;
  /** Its whole input in tokens, as estimated. Worked out when it is first asked for. */
  readonly inputTokens: number;
}

/** What a request is thought to read from the prompt cache and to write to it for five minutes, in estimated tokens. */
export interface ExpectedCache {
  readonly readTokens: number;
  readonly writeTokens: number;
}

/** A change that makes a request cheaper. */
export interface Proposal {
  /** What is changed and why, in a sentence for the call's record. Never a word of prompt or answer. */
  readonly reason: string;
  readonly changes: RequestChanges;
  /** For a change that makes a request use the prompt cache, which it did not: what that is thought to come to. */
  readonly cache?: ExpectedCache;
}

/** An answer that strategies can learn from. */
export interface AnsweredRequest {
  /** The request as it was sent. */
  readonly params: RequestFields;
  /** The model that answered. */
  readonly model: string;
  readonly context: CallContext;
  /** What the API reported at the end of a whole answer. */
  readonly usage: Usage;
  /** Whether the answer ended because it reached `max_tokens`. */
  readonly reachedMaxTokens: boolean;
}

/**
 * One way to make requests cheaper. Each module instance has its own, so it may remember. A strategy that throws, or whose
 * promise rejects, has proposed nothing: the call goes on, and an event tells.
 */
export interface OptimizationStrategy {
  /** What records and reports call it. */
  readonly name: string;
  /** @returns `null` for a request that is fine as it is. A promise holds the call up. */
  propose(request: StrategyRequest): Proposal | null | Promise<Proposal | null>;
  /** Hears of whole answers, whoever's request it was. Must not throw. */
  learn?(answer: AnsweredRequest): void;
}
