import type { FastifyInstance } from 'fastify';
import { invalidRequest, methodNotAllowed, notFound, type GatewayError } from '../errors/gateway-error.js';

/**
 * Refuses what no route serves before its body is read: 405 where the path is known by other methods, else 404. Call it
 * before routes are added.
 */
export function refuseUnknownRoutes(fastify: FastifyInstance): void {
  const routes = new KnownRoutes();
  fastify.addHook('onRoute', ({ method, url }) => routes.add(url, method));
  fastify.addHook('onRequest', (request, _reply, done) => {
    if (!request.is404) return done();
    const path = pathOf(request.url);
    const allowed = routes.methodsOf(path);
    return done(allowed.length > 0 ? methodNotAllowed(request.method, path, allowed) : notFound(path));
  });
}

/** What is wrong with a URL that Fastify's router cannot take: it is malformed, or an id in it is longer than any. */
export function badUrl({ code }: { readonly code: string }, url: string): GatewayError {
  return code === 'FST_ERR_BAD_URL' ? invalidRequest('The URL is malformed.') : notFound(pathOf(url));
}

/** The paths that are served, and by which methods. */
class KnownRoutes {
  readonly #methods = new Map<string, Set<string>>();

  add(url: string, method: string | readonly string[]): void {
    const methods = this.#methods.get(url) ?? new Set();
    this.#methods.set(url, methods);
    for (const name of [method].flat()) methods.add(name);
  }

  methodsOf(path: string): string[] {
    const found = new Set<string>();
    for (const [url, methods] of this.#methods) {
      if (fits(url, path)) for (const method of methods) found.add(method);
    }
    return [...found].toSorted();
  }
}

/** Whether a path is one of `/v1/models/:id`. */
function fits(url: string, path: string): boolean {
  const wanted = url.split('/');
  const given = path.split('/');
  const fitting = wanted.every((segment, at) => segment === given[at] || (segment.startsWith(':') && given[at] !== ''));
  return fitting && wanted.length === given.length;
}

function pathOf(url: string): string {
  const end = url.search(/[?#]/);
  return end === -1 ? url : url.slice(0, end);
}
