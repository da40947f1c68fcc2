import type { JsonObject } from '../json.js';
import { lastUserText, textOf, type MessageBody } from './message-body.js';

/** A request for a message as rules and reply functions see it. */
export class SimulatedRequest {
  /** The parsed body. */
  readonly body: MessageBody;
  /** The API key it came with: for tests only, so treat it like one. */
  readonly apiKey: string;
  /** Request headers with lower-case names; empty for a request of a batch. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;

  constructor(body: MessageBody, apiKey: string, headers: SimulatedRequest['headers']) {
    this.body = body;
    this.apiKey = apiKey;
    this.headers = headers;
  }

  isFrom(apiKey: string): boolean {
    return this.apiKey === apiKey;
  }

  /** The model as it was asked for. */
  get model(): string {
    return this.body.model;
  }

  get stream(): boolean {
    return this.body.stream === true;
  }

  /** All text of the system prompt. */
  get systemText(): string {
    return textOf(this.body.system);
  }

  /** All text of the last user turn, tool results included. */
  get userText(): string {
    return lastUserText(this.body);
  }

  get tools(): readonly JsonObject[] {
    return this.body.tools ?? [];
  }
}
