import { assertCalled, assertNotCalled, busyWith, lastRequest, type Activity } from './assertions/assertions.js';
import type { Expectation } from './assertions/expectation.js';
import { SimulatorAssertionError } from './assertions/simulator-assertion-error.js';
import { Dispatcher } from './http/dispatcher.js';
import { HttpServer } from './http/http-server.js';
import type { JsonObject } from './json.js';
import type { MessageReply } from './messages/reply.js';
import type { Billed } from './record/billed.js';
import type { RecordedRequest } from './record/recorded-request.js';
import type { RequestMatcher } from './script/matcher.js';
import type { Rule } from './script/rule.js';
import { readSettings } from './settings.js';
import { Simulation } from './simulation.js';
import type { SimulatorOptions } from './simulator.options.js';

/** What `reset` clears beside rules and records. */
export interface ResetOptions {
  /** Fills every rate-limit bucket. Default `false`. */
  readonly limits?: boolean;
  /** Empties the prompt cache. Default `false`. */
  readonly cache?: boolean;
  /** Forgets all batches. Default `false`. */
  readonly batches?: boolean;
}

/** What `assertIdle` and `whenIdle` overlook. */
export interface IdleOptions {
  /** Accepts connections that clients keep open for their next request. Default `false`. */
  readonly allowKeepAlive?: boolean;
}

/**
 * An Anthropic API on a port of this machine, with real HTTP, real token buckets and a real prompt cache, but no model:
 * answers are generated from a seed or scripted by rules.
 *
 * ```ts
 * await using sim = await AnthropicSimulator.start();
 * sim.onMessage({ model: 'claude-haiku-5-5' }).failWith(529).times(2).thenReply('Hello!');
 * const client = new Anthropic({ baseURL: sim.url, apiKey: 'any' });
 * ```
 */
export class AnthropicSimulator {
  readonly #simulation: Simulation;
  readonly #dispatcher: Dispatcher;
  readonly #server: HttpServer;

  private constructor(simulation: Simulation, dispatcher: Dispatcher, server: HttpServer) {
    this.#simulation = simulation;
    this.#dispatcher = dispatcher;
    this.#server = server;
    simulation.url = server.url;
  }

  /**
   * Starts a simulator; whoever starts it closes it.
   *
   * @throws TypeError that names each option that is wrong or unknown.
   * @throws Error of Node's when the port is taken.
   */
  static async start(options: SimulatorOptions = {}): Promise<AnthropicSimulator> {
    const settings = readSettings(options);
    const simulation = new Simulation(settings);
    const dispatcher = new Dispatcher(simulation);
    const listener: Parameters<typeof HttpServer.listen>[0] = (request, response) =>
      dispatcher.dispatch(request, response);
    const server = await HttpServer.listen(listener, settings.port, settings.host);
    return new AnthropicSimulator(simulation, dispatcher, server);
  }

  /** Base URL for clients, such as `http://127.0.0.1:41235`. */
  get url(): string {
    return this.#server.url;
  }

  get port(): number {
    return this.#server.port;
  }

  /** Every request so far, oldest first. Grows until `reset()`; empty when `record` is `none`. */
  get requests(): readonly RecordedRequest[] {
    return this.#simulation.recorder.requests;
  }

  /**
   * What the API would have billed so far. Errors cost nothing, nor does an `error` event before any content. A stream
   * that was broken or abandoned costs its input and the output generated until then.
   */
  get billed(): Billed {
    return this.#simulation.recorder.billed;
  }

  /** Requests that have not ended. */
  get activeRequests(): number {
    return this.#dispatcher.activeRequests;
  }

  /** TCP connections, idle ones included. */
  get openConnections(): number {
    return this.#server.openConnections;
  }

  /** A rule for `POST /v1/messages` and the requests of batches. The newest rule that fits and is not used up decides. */
  onMessage(matcher?: RequestMatcher): Rule<MessageReply> {
    return this.#simulation.script.onMessage(matcher);
  }

  /** A rule for `POST /v1/messages/count_tokens`. It replies with a count; of the faults it knows those without a body. */
  onCountTokens(matcher?: RequestMatcher): Rule<number> {
    return this.#simulation.script.onCountTokens(matcher);
  }

  /** A rule for `GET /v1/models` and `/v1/models/:id`. It replies with a whole body; of the faults as `onCountTokens`. */
  onModels(): Rule<JsonObject> {
    return this.#simulation.script.onModels();
  }

  /** A rule for the reports of the Admin API. It replies with a whole page; of the faults as `onCountTokens`. */
  onReports(): Rule<JsonObject> {
    return this.#simulation.script.onReports();
  }

  /**
   * Makes and revokes keys: from now on these are accepted, and any other gets a 401. What is under way goes on.
   *
   * @throws TypeError for an empty list or an empty key.
   */
  acceptKeys(keys: readonly string[]): void {
    if (keys.length === 0 || keys.includes(''))
      throw new TypeError('acceptKeys() takes at least one key, none of them empty.');
    this.#simulation.keys.accept(keys);
  }

  /** Clears rules, records and billing. Buckets, cache and batches stay unless asked for. */
  reset(options: ResetOptions = {}): void {
    const { script, recorder, book, limits, cache, batches } = this.#simulation;
    script.clear();
    recorder.clear();
    book.clear();
    if (options.limits) limits.clear();
    if (options.cache) cache.clear();
    if (options.batches) batches.clear();
  }

  /** @throws SimulatorAssertionError unless such a request was received, `times` times if given. */
  assertCalled(expectation: Expectation = {}): void {
    assertCalled(this.#simulation.recorder, expectation);
  }

  /** @throws SimulatorAssertionError when such a request was received. */
  assertNotCalled(expectation: Omit<Expectation, 'times'> = {}): void {
    assertNotCalled(this.#simulation.recorder, expectation);
  }

  /** The newest request. @throws SimulatorAssertionError when there is none. */
  lastRequest(): RecordedRequest {
    return lastRequest(this.#simulation.recorder);
  }

  /** @throws SimulatorAssertionError while a request is active or a connection open. */
  assertIdle(options: IdleOptions = {}): void {
    const busy = busyWith(this.#activity(options), this.#simulation.recorder);
    if (busy !== null) throw new SimulatorAssertionError(`Expected an idle simulator, but there are ${busy}`);
  }

  /** Waits, in real time, until the simulator is idle. Rejects as `assertIdle` throws, after `timeoutMs` (default 1,000). */
  async whenIdle(options: IdleOptions & { readonly timeoutMs?: number } = {}): Promise<void> {
    const deadlineMs = performance.now() + (options.timeoutMs ?? 1_000);
    while (busyWith(this.#activity(options), this.#simulation.recorder) !== null) {
      if (performance.now() >= deadlineMs) return this.assertIdle(options);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  /** Stops listening and ends every connection, request and timer. May be called again. */
  async close(): Promise<void> {
    this.#dispatcher.close();
    await this.#server.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #activity({ allowKeepAlive = false }: IdleOptions): Activity {
    const { activeRequests, openConnections } = this;
    return { activeRequests, openConnections: allowKeepAlive ? 0 : openConnections };
  }
}

const POLL_MS = 2;
