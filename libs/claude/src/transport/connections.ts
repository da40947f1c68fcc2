// First, so that importing undici leaves the platform's fetch with its own agent.
import './platform.js';
import type { Socket } from 'node:net';
import { EnvHttpProxyAgent, Pool, buildConnector, type Dispatcher } from 'undici';
import { TransportClosedError, UntrustedServerError, hasCode } from './errors.js';
import { OriginPools, UncountedPool } from './origin-pools.js';
import type { TransportSettings } from './transport.options.js';

const PROXY_VARIABLES = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY'];
/** How undici and the system report a connection that the other side has closed. */
const CLOSED_CODES = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);
/** How the system and undici report that there is no connection. Any other code is what TLS has against the other side. */
const NO_CONNECTION = /^(?:E[A-Z]+|EAI_\w+|UND_ERR_\w+)$/;

/** What of undici's dispatchers is used here. */
export type Dispatching = Pick<OriginPools, 'dispatch' | 'close'>;

/** The keep-alive connections of a transport, straight or through a proxy. */
export class Connections {
  /** Sends on a kept connection if there is an idle one. */
  readonly kept: Dispatching;
  /** Sends on a connection of its own. Straight: through a proxy no connection is known to be stale. */
  readonly fresh: Dispatching;
  readonly #settings: TransportSettings;
  readonly #pools: Pool[] = [];
  /** What broke connections that had carried an answer before. */
  readonly #staleErrors = new WeakSet<Error>();
  #openSockets = 0;

  constructor(settings: TransportSettings) {
    this.#settings = settings;
    const options = this.#poolOptions();
    this.fresh = new OriginPools((origin) => this.#pool(origin, { ...options, pipelining: 0 }));
    this.kept = isProxied(settings.proxy)
      ? this.#proxyAgent(options)
      : new OriginPools((origin) => this.#pool(origin, options));
  }

  get openSockets(): number {
    return this.#openSockets;
  }

  /** Whether the error tells of a kept connection, used before, that the other side closed. */
  isStale(error: Error): boolean {
    return hasCode(error) && CLOSED_CODES.has(error.code) && this.#staleErrors.has(error);
  }

  /** Lets running requests end, and destroys what is left at the deadline. */
  async close(deadlineMs: number): Promise<void> {
    const deadline = setTimeout(() => this.#destroy(), deadlineMs).unref();
    await Promise.all([this.kept.close(), this.fresh.close()]);
    clearTimeout(deadline);
  }

  #destroy(): void {
    for (const pool of this.#pools) void pool.destroy(new TransportClosedError());
  }

  #proxyAgent(options: Pool.Options): Dispatcher {
    const { proxy, tls, connectTimeoutMs } = this.#settings;
    const chosen = proxy === 'env' ? {} : { httpProxy: proxy, httpsProxy: proxy };
    try {
      return new EnvHttpProxyAgent({
        ...options,
        ...chosen,
        proxyTls: { timeout: connectTimeoutMs },
        requestTls: { ...tls, timeout: connectTimeoutMs },
        factory: (origin, given) => new UncountedPool(this.#pool(origin, given)),
        clientFactory: (origin, given) => this.#pool(origin, given),
      });
    } catch {
      // Without the cause, which quotes the URL and so the proxy's password.
      throw new TypeError('The URL of the proxy is not valid. Check `transport.proxy`, HTTPS_PROXY and HTTP_PROXY.');
    }
  }

  #poolOptions(): Pool.Options {
    const settings = this.#settings;
    return {
      connect: this.#connector(),
      connections: settings.connections,
      pipelining: 1,
      headersTimeout: settings.headersTimeoutMs,
      bodyTimeout: settings.bodyTimeoutMs,
      keepAliveTimeout: settings.keepAliveTimeoutMs,
      keepAliveMaxTimeout: settings.keepAliveMaxTimeoutMs,
      maxHeaderSize: settings.maxResponseHeaderBytes,
    };
  }

  #pool(origin: string | URL, options: Pool.Options): Pool {
    const pool = new Pool(origin, options);
    pool.on('connect', () => (this.#openSockets += 1)).on('disconnect', () => (this.#openSockets -= 1));
    this.#pools.push(pool);
    return pool;
  }

  #connector(): buildConnector.connector {
    const connect = buildConnector({ ...this.#settings.tls, timeout: this.#settings.connectTimeoutMs });
    const staleErrors = this.#staleErrors;
    // One for all sockets, of which there may be thousands.
    function noteStale(this: Socket, error: Error): void {
      if (this.bytesRead > 0) staleErrors.add(error);
    }
    return (options, callback) => {
      connect(options, (...[error, socket]) => {
        if (error !== null) return callback(namingHost(error, options.hostname), null);
        socket.on('error', noteStale);
        callback(null, socket);
      });
    };
  }
}

/** What is wrong with a certificate does not always say whose it is. */
function namingHost(error: Error, host: string): Error {
  return hasCode(error) && !NO_CONNECTION.test(error.code) ? new UntrustedServerError(host, error) : error;
}

function isProxied(proxy: string): boolean {
  return proxy === 'env' ? PROXY_VARIABLES.some((name) => process.env[name]) : proxy !== 'none';
}
