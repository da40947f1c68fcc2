import { finished, Readable } from 'node:stream';
import { StreamableFile, type CallHandler } from '@nestjs/common';
import { Observable } from 'rxjs';
import type { HandlerWork } from './handler-work.js';

/** Runs a function, and everything it starts, as part of the work. */
export type Within = <T>(fn: () => T) => T;

/**
 * Runs a handler as a piece of work, and says when that ends: with its promise or its Observable, or with the stream or the
 * iterator of a subscription that it answers with. Whoever unsubscribes before abandons it.
 *
 * @param isSubscription Whether an async iterator that it returns is read until it ends, as GraphQL does.
 */
export function followedHandler(
  next: CallHandler,
  work: HandlerWork,
  within: Within,
  isSubscription: boolean,
): Observable<unknown> {
  return new Observable((subscriber) => {
    let isStreaming = false;
    const followed = (value: unknown): unknown => {
      const stream = value instanceof StreamableFile ? value.getStream() : value;
      if (stream instanceof Readable) followStream(stream, work);
      else if (!isSubscription || !isAsyncIterable(value)) return value;
      isStreaming = true;
      return stream instanceof Readable ? value : followedIterator(value as AsyncIterable<unknown>, work, within);
    };
    const subscription = within(() =>
      next.handle().subscribe({
        next: (value) => subscriber.next(followed(value)),
        error: (error) => {
          work.end('failed', error);
          subscriber.error(error);
        },
        complete: () => {
          if (!isStreaming) work.end('succeeded');
          subscriber.complete();
        },
      }),
    );
    return () => {
      subscription.unsubscribe();
      if (!isStreaming) work.end('abandoned');
    };
  });
}

function followStream(stream: Readable, work: HandlerWork): void {
  finished(stream, { writable: false }, (error) => {
    if (error == null) work.end('succeeded');
    else if (error.code === 'ERR_STREAM_PREMATURE_CLOSE') work.end('abandoned');
    else work.end('failed', error);
  });
}

/** The same iterator, each of whose steps is part of the work. */
function followedIterator(
  iterable: AsyncIterable<unknown>,
  work: HandlerWork,
  within: Within,
): AsyncIterableIterator<unknown> {
  const source = within(() => iterable[Symbol.asyncIterator]());
  const step = async (take: () => Promise<IteratorResult<unknown>>): Promise<IteratorResult<unknown>> => {
    try {
      const taken = await within(take);
      if (taken.done === true) work.end('succeeded');
      return taken;
    } catch (error) {
      work.end('failed', error);
      throw error;
    }
  };
  const leave = (take: () => Promise<IteratorResult<unknown>>): Promise<IteratorResult<unknown>> => {
    work.end('abandoned');
    return step(take);
  };
  return {
    next: () => step(() => source.next()),
    return: (value?: unknown) => leave(() => source.return?.(value) ?? Promise.resolve({ done: true as const, value })),
    throw: (error?: unknown) => leave(() => source.throw?.(error) ?? Promise.reject(error)),
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}
