import type { APIRequest } from '@anthropic-ai/sdk';
import { modelOf, type CallInit } from './call-init.js';
import { estimateRequestTokens } from './request-tokens.js';
import { readBody, withChanges, type ReplacedRequest, type RequestChanges } from './request-body.js';

/** What the next attempt of a call sends. */
export class CallRequest {
  /** The model that is asked. */
  model: string | null;
  /** What was asked for, before a fallback or a budget changed it. */
  params: unknown;
  #countedTokens: number | null = null;

  constructor(private readonly init: Pick<CallInit, 'request' | 'params'>) {
    this.params = init.params;
    this.model = modelOf(init.params);
  }

  /** The encoded request. Headers may be changed in place. */
  get encoded(): APIRequest {
    return this.init.request;
  }

  /** Limits, budgets and strategies all ask for it. */
  get countedTokens(): number {
    return (this.#countedTokens ??= estimateRequestTokens(this.params, this.model));
  }

  /** @returns Whether the body let itself be changed. */
  change(changes: RequestChanges): boolean {
    const body = withChanges(this.encoded.body, changes);
    if (body === null) return false;
    if (changes.model !== undefined) this.#countedTokens = null;
    this.model = changes.model ?? this.model;
    this.init.request = { ...this.encoded, body };
    return true;
  }

  replace({ body, params }: ReplacedRequest): void {
    this.params = params;
    this.model = modelOf(params);
    this.#countedTokens = null;
    this.init.request = { ...this.encoded, body };
  }
}

/** A request that says what `change` makes of an encoded body; `null` for a body that is no JSON. */
export function rewritten(body: APIRequest['body'], change: (params: unknown) => unknown): ReplacedRequest | null {
  const read = readBody(body);
  return read === null ? null : read.write(change(read.params));
}
