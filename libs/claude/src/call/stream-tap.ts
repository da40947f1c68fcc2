import type { Message } from '@anthropic-ai/sdk/resources/messages';
import { APIUserAbortError } from '@anthropic-ai/sdk';
import { isAbortError, toError } from '../errors/error-cause.js';
import { attachFailure } from '../errors/call-failure.js';
import { isClaudeError } from '../errors/claude-error.js';
import { ProtocolError, StreamInterruptedError, StreamStalledError, type PartialStream } from '../errors/errors.js';
import { summarizeFailure } from '../errors/failure-summary.js';
import type { BodyTap, WireBody } from '../transport/body.js';
import type { WireResponse } from '../transport/wire-response.js';
import type { Attempt } from './attempt.js';
import type { Call } from './call.js';
import type { Clock } from './clock.js';
import { EventScanner, unescapeDelta, type EventSink } from './event-scanner.js';
import { SUCCEEDED, type FailureSummary, type Outcome } from './outcome.js';
import { GrowingText } from './growing-text.js';
import { StreamWatch, type StreamTimeouts, type StreamWatchOwner } from './stream-watch.js';
import { estimateRequestTokens } from './request-tokens.js';
import { tokensOfBytes } from './token-estimate.js';
import { estimatedUsage, normalizeUsage, overlayUsage, type Usage } from './usage.js';

/** What a stream showed before anything of it was handed out. */
export type Commitment =
  /** The answer has begun: from here on a failure cannot be hidden from the caller. */
  | { readonly kind: 'content' }
  /** The API reported an error inside the 200: the attempt failed, as if with that error's status. */
  | { readonly kind: 'error'; readonly body: unknown };

const CONTENT: Commitment = { kind: 'content' };

/** How streams are read. */
export interface StreamTapOptions {
  readonly timeouts: StreamTimeouts;
  readonly maxEventBytes: number;
  readonly clock: Clock;
}

/**
 * Reads the event stream of a Messages call as it passes: waits for the commit point, collects usage, notices silence
 * and an early end, and settles the call when the stream ends in whatever way.
 */
export class StreamTap implements BodyTap, EventSink, StreamWatchOwner {
  /** Resolves at the commit point; rejects when the stream fails before it. */
  readonly commitment: Promise<Commitment>;
  /** To be started once what has come already has passed. */
  readonly watch: StreamWatch;

  /** Not the whole answer: the connection holds this, and an answer that nobody reads must be let go of. */
  readonly #headers: Headers;
  readonly #body: WireBody | null;
  readonly #scanner: EventScanner;
  #decide: ((commitment: Commitment) => void) | null = null;
  #reject: ((error: Error) => void) | null = null;
  #message: Message | null = null;
  #usage: Readonly<Record<string, unknown>> | null = null;
  readonly #text = new GrowingText();
  #outputBytes = 0;
  #sawDelta = false;
  #committed = false;
  #complete = false;
  #finished = false;

  constructor(
    private readonly call: Call,
    private readonly attempt: Attempt,
    { headers, wire }: WireResponse,
    { timeouts, maxEventBytes, clock }: StreamTapOptions,
  ) {
    this.commitment = new Promise((resolve, reject) => {
      this.#decide = resolve;
      this.#reject = reject;
    });
    this.#headers = headers;
    this.#body = wire;
    attempt.answer = () => this.#textSoFar();
    this.#scanner = new EventScanner(this, maxEventBytes);
    this.watch = new StreamWatch(timeouts, clock, attempt.elapsedMs, this);
  }

  // The body, as it passes.

  chunk(bytes: Uint8Array): void {
    if (this.#finished) return;
    this.watch.bytes();
    try {
      this.#scanner.push(bytes);
    } catch (error) {
      throw this.fail(toError(error));
    }
  }

  end(): void {
    if (this.#finished) return;
    try {
      this.#scanner.end();
    } catch (error) {
      throw this.fail(toError(error));
    }
    this.watch.stop();
    if (this.#finished) return;
    throw this.fail(this.#interrupted('The stream ended before its `message_stop` event.'));
  }

  fail(error: Error): Error {
    this.watch.stop();
    if (isAbortError(error)) return this.#abandoned(error);
    const told = this.#committed && !isClaudeError(error) ? this.#interrupted('The connection broke.', error) : error;
    this.#finish({ kind: 'failed', error: this.#summary(told) });
    attachFailure(told, this.call);
    this.#reject?.(told);
    return told;
  }

  cancel(): void {
    this.watch.stop();
    this.#abandoned(new APIUserAbortError());
  }

  // Its silence.

  /** Bytes that wait for the reader mean that it is slow, and may be holding the upstream back. */
  isExcused(): boolean {
    return this.#committed && (this.#body?.queuedBytes ?? 0) > 0;
  }

  onSilence(what: string): void {
    this.attempt.abort(new StreamStalledError(what, this.#partial()));
  }

  // The events in it.

  messageStart(data: unknown): void {
    this.watch.event();
    const message = (data as { message?: Message }).message;
    if (!message) throw new ProtocolError('The stream began with a `message_start` event without a message.');
    this.#message = message;
    this.#usage = { ...message.usage };
    const usage = normalizeUsage(message.usage, 'partial');
    if (usage !== null) this.attempt.tellInput(usage);
  }

  contentBlock(): void {
    this.watch.event();
    this.#commit();
  }

  contentDelta(field: string, escaped: string): void {
    this.watch.event();
    this.#commit();
    this.#outputBytes += escaped.length;
    if (field === 'text') this.#text.push(escaped);
  }

  messageDelta(data: unknown): void {
    this.watch.event();
    this.#commit();
    this.#usage = overlayUsage(this.#usage ?? {}, (data as { usage?: unknown }).usage);
    this.#sawDelta = true;
  }

  messageStop(): void {
    this.watch.event();
    this.#commit();
    this.#complete = true;
    this.#finish(SUCCEEDED);
  }

  ping(): void {
    // Bytes, but no sign of progress: only the watch for silence is fed by it.
  }

  other(): void {
    this.watch.event();
    this.#commit();
  }

  error(data: unknown): void {
    this.watch.event();
    this.#finish({ kind: 'failed', error: summarizeFailure(data) });
    // Further down a stream, the SDK makes its error of the answer's headers.
    attachFailure(this.#headers, this.call);
    this.#decided({ kind: 'error', body: data });
  }

  // What becomes of the call.

  #commit(): void {
    if (this.#committed) return;
    this.#committed = true;
    this.attempt.timeToFirstEventMs = this.call.elapsedMs;
    this.#decided(CONTENT);
  }

  /** Whoever waits for the commit point goes on, and is let go of. */
  #decided(commitment: Commitment): void {
    this.#decide?.(commitment);
    this.#decide = null;
    this.#reject = null;
  }

  #summary(error: Error): FailureSummary {
    return summarizeFailure(error, { status: this.attempt.status, ofTransport: true });
  }

  #interrupted(what: string, cause?: Error): StreamInterruptedError {
    return new StreamInterruptedError(what, this.#partial(), { cause });
  }

  #abandoned(error: Error): Error {
    this.#finish({ kind: 'abandoned', at: this.#committed ? 'during-answer' : 'before-answer' });
    this.#reject?.(error);
    return error;
  }

  /** Before the commit point only the attempt ends: whether the call does is for the stages outside to say. */
  #finish(outcome: Outcome): void {
    this.#finished = true;
    this.watch.stop();
    const usage = this.usage();
    if (this.#committed && outcome.kind === 'failed') this.attempt.partial = this.#partial();
    if (outcome.kind === 'abandoned') this.attempt.abandon(usage);
    else this.attempt.end(outcome.kind === 'failed' ? outcome.error : null, usage);
    if (this.#committed) this.call.settle(outcome, usage);
  }

  /** Usage as far as it is known; before `message_start` the answer has begun all the same, so the input is estimated. */
  usage(): Usage | null {
    if (this.#usage === null) return estimatedUsage(estimateRequestTokens(this.call.params, this.attempt.model), 0);
    if (this.#complete) return normalizeUsage(this.#usage, 'complete');
    const partial = normalizeUsage(this.#usage, 'partial');
    // Until a `message_delta` tells, the reported output is a placeholder: count what arrived.
    if (!partial || this.#sawDelta) return partial;
    return { ...partial, outputTokens: Math.max(partial.outputTokens, tokensOfBytes(this.#outputBytes)) };
  }

  #textSoFar(): string {
    return unescapeDelta(String(this.#text));
  }

  #partial(): PartialStream {
    const text = this.#textSoFar();
    const message = this.#message && {
      ...this.#message,
      content: text === '' ? [] : [{ type: 'text' as const, text, citations: null }],
    };
    return { message, text, usage: this.usage() };
  }
}
