import type { Anthropic, BaseAnthropic } from '@anthropic-ai/sdk';
import type { ClaudeClient } from './claude-client.js';
import { CALL_CONTEXT, checkContext, EMPTY_CONTEXT, mergeContext, type CallContext } from './context.js';
import type { TravellingOptions } from './request-options.js';

/** A client whose every call carries a context. Like the client itself in every other respect. */
export type ClaudeView = Anthropic & {
  /** This view: what takes an Anthropic client takes it. */
  readonly client: Anthropic;
  /** A view whose context is this one's with another on top. */
  with(context: CallContext): ClaudeView;
};

/** Makes a view of one client. */
export type ViewFactory = (context: CallContext) => ClaudeView;

interface ViewState {
  [CALL_CONTEXT]: CallContext;
}

type Requested = Promise<TravellingOptions & object> | (TravellingOptions & object);

/** The client's methods that only build a request and hand it to `request` or `requestAPIList` of the same object. */
const VERBS: ReadonlySet<string> = new Set(['get', 'post', 'put', 'patch', 'delete', 'methodRequest', 'getAPIList']);

/**
 * Prepares views of a client. A view has the client as its prototype and overrides the two methods through which every
 * call of every resource passes, so making one costs two objects. Everything that reads private state of the client runs
 * on the client itself.
 */
export function viewFactory(client: ClaudeClient): ViewFactory {
  const prototype = Object.create(client) as object;
  const view: ViewFactory = (context) => {
    const made = Object.create(prototype) as ClaudeView & ViewState;
    made[CALL_CONTEXT] = context;
    return made;
  };
  bindMembers(prototype, client);
  for (const name of resourceNames(client))
    defineResource(prototype, name, client[name as keyof ClaudeClient] as object);
  defineView(prototype, client, view);
  return view;
}

/** What a view does otherwise than its client. */
function defineView(prototype: object, client: ClaudeClient, view: ViewFactory): void {
  const members: PropertyDescriptorMap & ThisType<ClaudeView & ViewState> = {
    [CALL_CONTEXT]: { value: EMPTY_CONTEXT, writable: true },
    client: {
      get() {
        return this;
      },
    },
    with: {
      value(context: CallContext) {
        return view(mergeContext(this[CALL_CONTEXT], checkContext(context)));
      },
    },
    request: {
      value(options: Requested) {
        return client.request(inContext(options, this[CALL_CONTEXT]) as never);
      },
    },
    requestAPIList: {
      value(Page: never, options: Requested) {
        return client.requestAPIList(Page, inContext(options, this[CALL_CONTEXT]) as never);
      },
    },
    withOptions: {
      value(options: Parameters<ClaudeClient['withOptions']>[0]) {
        return viewFactory(client.withOptions(options))(this[CALL_CONTEXT]);
      },
    },
  };
  Object.defineProperties(prototype, members);
}

/** Private members of a class exist on the client alone, so whatever may touch them is bound to it. */
function bindMembers(prototype: object, client: ClaudeClient): void {
  for (
    let of = Object.getPrototypeOf(client) as object;
    of !== Object.prototype;
    of = Object.getPrototypeOf(of) as object
  ) {
    for (const [name, member] of Object.entries(Object.getOwnPropertyDescriptors(of))) {
      if (name === 'constructor' || VERBS.has(name) || Object.hasOwn(prototype, name)) continue;
      Object.defineProperty(prototype, name, boundTo(client, member));
    }
  }
}

function boundTo(client: ClaudeClient, member: PropertyDescriptor): PropertyDescriptor {
  if (typeof member.value === 'function') {
    return { value: (member.value as (...args: unknown[]) => unknown).bind(client), configurable: true };
  }
  return member.get ? { get: member.get.bind(client), configurable: true } : member;
}

async function inContext(requested: Requested, context: CallContext): Promise<object> {
  const options = await requested;
  const own = options[CALL_CONTEXT];
  return { ...options, [CALL_CONTEXT]: own === undefined ? context : mergeContext(context, own) };
}

/** Names of a client's or a resource's own members that are resources: they hold the client they call through. */
export function resourceNames(holder: object): string[] {
  return Object.keys(holder).filter((name) => isResource((holder as Record<string, unknown>)[name]));
}

interface Resource {
  _client: BaseAnthropic;
}

function isResource(value: unknown): value is Resource {
  return typeof value === 'object' && value !== null && '_client' in value;
}

/** A resource of the view, made when it is first asked for and kept. */
function defineResource(prototype: object, name: string, resource: object): void {
  Object.defineProperty(prototype, name, {
    get(this: ClaudeView): unknown {
      const bound = bindResource(resource as Resource, this);
      Object.defineProperty(this, name, { value: bound });
      return bound;
    },
  });
}

/** A copy of a resource, and of those within it, that calls through another client. */
function bindResource(resource: Resource, client: BaseAnthropic): Resource {
  const bound = Object.assign(Object.create(Object.getPrototypeOf(resource) as object) as Resource, resource);
  bound._client = client;
  for (const name of resourceNames(resource)) {
    const nested = bound as unknown as Record<string, Resource>;
    nested[name] = bindResource((resource as unknown as Record<string, Resource>)[name] as Resource, client);
  }
  return bound;
}
