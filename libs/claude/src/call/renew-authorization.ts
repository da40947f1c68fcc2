import type { Middleware } from '@anthropic-ai/sdk';

/** Where the request that is never sent would go. */
const RENEWAL_PATH = '/nestjs-claude/renew-authorization';

/** What a request of the SDK's would have as its credentials now; `null` for none. */
type CurrentAuthorization = string | null;

/** Makes a request of the client's with one retry of the SDK's own. */
type RequestOnce = (options: { method: 'get'; path: string; middleware: Middleware[] }) => PromiseLike<unknown>;

/** Whether a request is the one that {@link AuthorizationRenewal} makes. */
export function isRenewal({ path }: { readonly path: string }): boolean {
  return path === RENEWAL_PATH;
}

/**
 * Makes the SDK fetch its own credentials anew, by the way it knows: it does so when a request is answered with a 401, and
 * tries that request again. This one is answered by its own middleware and never leaves, so no private part of the SDK is
 * touched, and no second call is made of the one that was refused. Source: token cache and retries of the SDK 1.12.
 */
export class AuthorizationRenewal {
  #underWay: { readonly refused: string; readonly fresh: Promise<CurrentAuthorization> } | null = null;
  /** What has been renewed last, for calls that were refused with it and come later. */
  #replaced: string | null = null;

  constructor(private readonly request: RequestOnce) {}

  /** Puts fresh credentials in the place of refused ones. Never rejects. */
  readonly renew = async (headers: Headers): Promise<boolean> => {
    const refused = headers.get('authorization');
    if (refused === null || headers.has('x-api-key')) return false;
    try {
      const fresh = await this.#shared(refused);
      if (fresh === null || fresh === refused) return false;
      headers.set('authorization', fresh);
      return true;
    } catch {
      // The refusal of the API stands, which says more than why there is no other token.
      return false;
    }
  };

  /** Asked for once by all whose calls were refused with the same. */
  #shared(refused: string): Promise<CurrentAuthorization> {
    if (this.#underWay?.refused === refused) return this.#underWay.fresh;
    const fresh = this.#ask(refused).finally(() => {
      if (this.#underWay?.fresh === fresh) this.#underWay = null;
    });
    this.#underWay = { refused, fresh };
    return fresh;
  }

  async #ask(refused: string): Promise<CurrentAuthorization> {
    let current: CurrentAuthorization = null;
    let answered = 0;
    const answer: Middleware = (request) => {
      current = request.headers.get('authorization');
      answered += 1;
      const isRefused = answered === 1 && current === refused;
      // The SDK waits before it tries again as long as it is told to, but not for no time at all.
      const init = isRefused ? { status: 401, headers: { 'retry-after-ms': '1' } } : { status: 204 };
      return Promise.resolve(new Response(null, init));
    };
    await this.request({ method: 'get', path: RENEWAL_PATH, middleware: [answer] });
    if (answered === 2) this.#replaced = refused;
    // What the caller set by hand is not the SDK's to renew.
    else if (refused !== this.#replaced) return null;
    return current;
  }
}
