import type { Dispatcher } from 'undici';
import type { Exchange } from './exchange.js';
import type { DispatcherLike } from './request.js';
import type { Route } from './route.js';

type Controller = Dispatcher.DispatchController;
type ParsedHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** The way through a dispatcher that the caller brought: of undici 6, 7 or 8, npm's or the platform's. */
export function routeThrough(dispatcher: DispatcherLike, done: () => void): Route {
  return {
    send: (options, exchange) => void dispatcher.dispatch(options, new EveryHandler(exchange)),
    done,
  };
}

/** Answers to the callbacks of every version: undici 6 knows only the first group, undici 8 only the second. */
class EveryHandler {
  readonly #exchange: Exchange;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  onConnect(abort: (reason: Error) => void): void {
    this.#exchange.onConnect(abort);
  }

  onHeaders(status: number, raw: Buffer[], resume: () => void, statusText: string): boolean {
    return this.#exchange.onHeaders(status, raw, resume, statusText);
  }

  onData(chunk: Buffer): boolean {
    return this.#exchange.onData(chunk);
  }

  onComplete(): void {
    this.#exchange.onComplete();
  }

  onError(error: Error): void {
    this.#exchange.onError(error);
  }

  onRequestStart(controller: Controller): void {
    this.#exchange.onConnect((reason) => controller.abort(reason));
  }

  onResponseStart(controller: Controller, status: number, headers: ParsedHeaders, statusText = ''): void {
    const raw = Array.isArray(controller.rawHeaders) ? controller.rawHeaders : flatten(headers);
    if (!this.#exchange.onHeaders(status, raw, () => controller.resume(), statusText)) controller.pause();
  }

  onResponseData(controller: Controller, chunk: Buffer): void {
    if (!this.#exchange.onData(chunk)) controller.pause();
  }

  onResponseEnd(): void {
    this.#exchange.onComplete();
  }

  onResponseError(_controller: Controller, error: Error): void {
    this.#exchange.onError(error);
  }
}

function flatten(headers: ParsedHeaders): string[] {
  return Object.entries(headers).flatMap(([name, value = []]) => [value].flat().flatMap((one) => [name, one]));
}
