import { type Operation, UNKNOWN_OPERATION, UNKNOWN_READ } from './operation.js';
import { OPERATIONS } from './operations.table.js';
import { PathTrie } from './path-trie.js';

/** The operations of one method and path by the beta flag: the same one twice where the other does not exist. */
interface Twins {
  readonly stable: Operation;
  readonly beta: Operation;
}

interface Routes {
  readonly exact: Map<string, Twins>;
  readonly templates: PathTrie<Twins>;
}

const ABSOLUTE_URL = /^[a-z][a-z0-9+.-]*:/i;
const BETA_FLAG = /[?&]beta=true(?:&|#|$)/;

const ROUTES = routesOf(OPERATIONS);

/**
 * The operation of a request.
 *
 * @param method HTTP method; the SDK writes it in lower case.
 * @param path as the SDK's `options.path`: relative to the base URL, or an absolute URL (the results of a batch), with
 *   ids encoded, with or without a query. `?beta=true` counts as `beta`.
 * @param beta whether a method of `client.beta` made the request; see {@link operationOfOptions}.
 * @returns `UNKNOWN_READ` or `UNKNOWN_OPERATION` for what is not in the table.
 */
export function operationOf(method: string, path: string, beta = false): Operation {
  const routes = ROUTES.get(method) ?? ROUTES.get(method.toLowerCase());
  const twins = routes?.exact.get(path);
  if (twins !== undefined) return beta ? twins.beta : twins.stable;
  return (routes && search(routes, path, beta)) ?? unknown(method);
}

/** The SDK's request options (`ctx.options` of a middleware), as far as they name an operation. */
export interface OperationRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: object | null | undefined;
  /** Internal to the SDK: set to `{ beta: 'true' }` by every method of `client.beta`, and missing in its types. */
  readonly __qualifiers?: Readonly<Record<string, string>> | undefined;
}

/**
 * The operation of a request by the SDK's own options. Since 1.3 the SDK marks beta methods by `__qualifiers` alone,
 * which never leaves the process; before, and in requests made by hand, it is `beta=true` in path or query.
 */
export function operationOfOptions({ method, path, query, __qualifiers }: OperationRequest): Operation {
  return operationOf(method, path, saysBeta(__qualifiers) || saysBeta(query));
}

function saysBeta(pairs: { readonly beta?: unknown } | null | undefined): boolean {
  return pairs?.beta === 'true' || pairs?.beta === true;
}

function search(routes: Routes, path: string, beta: boolean): Operation | undefined {
  const cut = path.search(/[?#]/);
  const pathname = relative(cut === -1 ? path : path.slice(0, cut));
  const twins = routes.exact.get(pathname) ?? routes.templates.find(pathname);
  return beta || (cut !== -1 && BETA_FLAG.test(path.slice(cut))) ? twins?.beta : twins?.stable;
}

/** An absolute URL may hold a base path before the API's own. */
function relative(path: string): string {
  if (!ABSOLUTE_URL.test(path)) return path;
  const start = path.indexOf('/v1/', path.indexOf('//') + 2);
  return start === -1 ? '' : path.slice(start);
}

function unknown(method: string): Operation {
  return /^(?:get|head)$/i.test(method) ? UNKNOWN_READ : UNKNOWN_OPERATION;
}

function routesOf(operations: readonly Operation[]): ReadonlyMap<string, Routes> {
  const routes = new Map<string, Routes>();
  for (const { method, path, stable, beta } of twinsOf(operations)) {
    const ofMethod: Routes = routes.get(method) ?? { exact: new Map(), templates: new PathTrie() };
    routes.set(method, ofMethod);
    if (path.includes('{')) {
      ofMethod.templates.add(path, { stable, beta });
    } else {
      ofMethod.exact.set(path, { stable, beta }).set(`${path}?beta=true`, { stable: beta, beta });
    }
  }
  return routes;
}

function twinsOf(operations: readonly Operation[]): Iterable<Twins & Pick<Operation, 'method' | 'path'>> {
  const twins = new Map<string, Twins & Pick<Operation, 'method' | 'path'>>();
  for (const operation of operations) {
    const { method, path } = operation;
    const known = twins.get(`${method} ${path}`) ?? { method, path, stable: operation, beta: operation };
    twins.set(`${method} ${path}`, { ...known, [operation.beta ? 'beta' : 'stable']: operation });
  }
  return twins.values();
}
