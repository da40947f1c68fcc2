import type { RawMessageStreamEvent } from '@anthropic-ai/sdk/resources/messages';
import type { MessageEvent } from '@nestjs/common';
import { map, Observable } from 'rxjs';

/** What the SDK's `messages.stream()` and `messages.create({ stream: true })` give: events, and a way to stop them. */
export interface AbortableEvents<Event> extends AsyncIterable<Event> {
  readonly controller: AbortController;
}

/**
 * Starts a stream. The signal aborts when the subscriber leaves; hand it on as the SDK's `signal` request option, so that
 * the call ends even before its answer began.
 */
export type StartStream<Event> = (signal: AbortSignal) => AbortableEvents<Event> | PromiseLike<AbortableEvents<Event>>;

/**
 * A stream of the SDK as an Observable. Cold: each subscription makes a call of its own. Unsubscribing aborts it.
 *
 * ```ts
 * observeStream((signal) => this.claude.messages.stream(params, { signal }))
 * ```
 */
export function observeStream<Event = RawMessageStreamEvent>(start: StartStream<Event>): Observable<Event> {
  return new Observable((subscriber) => {
    const leaving = new AbortController();
    let events: AbortableEvents<Event> | null = null;
    const read = async (): Promise<void> => {
      events = await start(leaving.signal);
      for await (const event of events) {
        if (subscriber.closed) return;
        subscriber.next(event);
      }
      subscriber.complete();
    };
    // After leaving, the abort comes back as an error that nobody is there to get.
    read().catch((error: unknown) => subscriber.closed || subscriber.error(error));
    return () => {
      leaving.abort();
      events?.controller.abort();
    };
  });
}

/**
 * The same as Nest's `@Sse()` wants it: one message an event, named like the event, its data the event itself. A browser
 * that closes its `EventSource` unsubscribes, and that aborts the call.
 *
 * ```ts
 * @Sse('chat')
 * chat(@Query('q') q: string): Observable<MessageEvent> {
 *   return sseEvents((signal) => this.claude.messages.stream(paramsFor(q), { signal }));
 * }
 * ```
 */
export function sseEvents<Event extends { readonly type: string } = RawMessageStreamEvent>(
  start: StartStream<Event>,
): Observable<MessageEvent> {
  return observeStream(start).pipe(map((event) => ({ type: event.type, data: event })));
}
