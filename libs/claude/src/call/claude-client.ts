import { inspect } from 'node:util';
import Anthropic, { type APIPromise, type ClientOptions, type PagePromise } from '@anthropic-ai/sdk';
import { AuthorizationRenewal } from './renew-authorization.js';
import {
  CALL_FOREIGN_FETCH,
  CALL_MAX_RETRIES,
  CALL_RENEW_AUTHORIZATION,
  type TravellingOptions,
} from './request-options.js';

type Requested = Parameters<Anthropic['request']>[0];
type ResolvedRequest = Awaited<Requested> & TravellingOptions;
type Logger = NonNullable<ClientOptions['logger']>;
type ListArguments = Parameters<Anthropic['requestAPIList']>;

/**
 * The real client, with the SDK's own retry loop off for good. `maxRetries` of a call, or of a copy made by
 * `withOptions()`, would bring that loop back and multiply attempts; here it travels to our own loop instead.
 */
export class ClaudeClient extends Anthropic {
  /** What `withOptions({ maxRetries })` asked for; `undefined` leaves it to the module's options. */
  #wantedRetries: number | undefined;
  /** Whether `withOptions({ fetch })` put something else in the place of our transport. */
  #foreignFetch = false;
  /** Credentials of the SDK's own are fetched anew when they are refused: its own loop would, and is off. */
  readonly #renewal = new AuthorizationRenewal((options) => super.request(options, 1));

  /** Puts a logger behind the redactor. */
  #guarded: (logger: Logger) => Logger;

  /** @param guarded Puts a logger behind the redactor, that of the options and of every copy. Default: as it is. */
  constructor(options: ClientOptions, guarded: (logger: Logger) => Logger = (logger) => logger) {
    super({ ...options, ...(options.logger == null ? {} : { logger: guarded(options.logger) }), maxRetries: 0 });
    this.#guarded = guarded;
    muteAbort(this.messages);
    muteAbort(this.beta.messages);
  }

  /** The SDK keeps a token in plain fields, and what is printed of each resource shows its client. */
  toJSON(): string {
    return `[ClaudeClient of ${this.baseURL}]`;
  }

  [inspect.custom](): string {
    return this.toJSON();
  }

  override request<Rsp>(options: Requested): APIPromise<Rsp> {
    // No retries remain, whatever was asked for: what was asked for is read off the options by our own loop.
    return super.request<Rsp>(options, 0);
  }

  override requestAPIList<Item, PageClass extends ListedPage<Item>>(
    Page: ListArguments[0],
    options: Requested,
  ): PagePromise<PageClass, Item> {
    return super.requestAPIList<Item, PageClass>(Page as never, withoutSdkRetries(options));
  }

  override withOptions(options: Partial<ClientOptions>): this {
    const { middleware = [], logger } = options;
    const own = logger == null ? {} : { logger: this.#guarded(logger) };
    // Middleware of the copy's own goes outside the pipeline, like that of the module; it does not replace it.
    const copy = super.withOptions({
      ...options,
      ...own,
      maxRetries: 0,
      middleware: [...middleware, ...this.middleware],
    });
    copy.#guarded = this.#guarded;
    copy.#wantedRetries = options.maxRetries ?? this.#wantedRetries;
    copy.#foreignFetch = this.#foreignFetch || options.fetch !== undefined;
    return copy;
  }

  /** The SDK's hook for changing a request's options before it is built. */
  protected override async prepareOptions(options: ResolvedRequest): Promise<void> {
    const retries = options.maxRetries ?? this.#wantedRetries;
    if (retries !== undefined) options[CALL_MAX_RETRIES] ??= retries;
    if (this.#foreignFetch) options[CALL_FOREIGN_FETCH] = true;
    options[CALL_RENEW_AUTHORIZATION] = this.#renewal.renew;
  }
}

/** Lists have no argument for the retries that remain, so the number moves out of the SDK's sight. */
async function withoutSdkRetries(requested: Requested): Promise<ResolvedRequest> {
  const options: ResolvedRequest = await requested;
  const { maxRetries } = options;
  // What is no number of retries is left to the SDK, which says so.
  if (maxRetries === undefined || !Number.isInteger(maxRetries) || maxRetries < 0) return options;
  return { ...options, maxRetries: 0, [CALL_MAX_RETRIES]: maxRetries };
}

type ListedPage<Item> = Anthropic extends { requestAPIList: (...args: never[]) => PagePromise<infer Page, Item> }
  ? Page
  : never;

/** What both `messages` and `beta.messages` have. */
interface Streaming {
  stream: (...args: never[]) => { on(event: 'abort', listener: () => void): unknown };
}

/**
 * An aborted stream that nobody awaits raises an unhandled rejection inside the SDK unless somebody listens for `abort`.
 * Seen with SDK 1.12: `messages.stream(...).abort()`.
 */
function muteAbort(messages: Streaming): void {
  const { stream } = messages;
  messages.stream = function quietStream(this: Streaming, ...args: never[]) {
    const started = stream.apply(this, args);
    started.on('abort', ignore);
    return started;
  };
}

function ignore(): void {
  // Whoever aborted knows.
}
