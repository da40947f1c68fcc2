import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { sendError } from '../errors/send-error.js';
import { answerClientError } from './client-error.js';
import { CLIENT_TIMEOUT_DEFAULTS, type ClientTimeouts } from './client-timeouts.js';
import { correlate, correlationIds } from './correlation.js';
import { parseJsonBodies } from './json-body.js';
import { refuseSmuggling } from './refuse-smuggling.js';
import { badUrl, refuseUnknownRoutes } from './unknown-routes.js';

/** How long clients may take to fetch the last bytes of answers that are complete on our side, in milliseconds. */
const LAST_BYTES_MS = 5_000;

export interface GatewayAdapterOptions {
  /** The largest body of a request. */
  readonly bodyLimitBytes: number;
  /** How long clients may take. Default: {@link CLIENT_TIMEOUT_DEFAULTS}. */
  readonly timeouts?: ClientTimeouts;
  /** By which header correlation ids come and go. Default: that of the module. */
  readonly correlationHeader?: string | undefined;
  /** Asked first of all, before anything is known of the route: throws what turns the request away. Default: all may pass. */
  readonly admit?: (request: FastifyRequest) => void;
}

/**
 * Fastify as the gateway wants it: bodies kept as bytes, every refusal in the API's shape, no request log, no middleware;
 * and a shutdown that closes the front door first, and each connection when its answer is out.
 */
export class GatewayAdapter extends FastifyAdapter {
  /** What a shutdown waits for before the front door closes. Default: nothing. */
  beforeLastCall: () => Promise<void> = () => Promise.resolve();
  #closed: Promise<void> = Promise.resolve();

  constructor({ bodyLimitBytes, admit, correlationHeader, timeouts = CLIENT_TIMEOUT_DEFAULTS }: GatewayAdapterOptions) {
    const { headersMs, requestMs } = timeouts;
    super({
      bodyLimit: bodyLimitBytes,
      requestTimeout: requestMs,
      // Node looks every 30 seconds by itself, however short the time is.
      http: { headersTimeout: headersMs, connectionsCheckingInterval: Math.min(headersMs, requestMs) / 4 },
      genReqId: correlationIds(correlationHeader),
      clientErrorHandler: answerClientError,
      frameworkErrors: answerBadUrl,
      multipart: false,
      return503OnClosing: false,
      skipMiddie: true,
    });
    correlate(this.getInstance(), correlationHeader);
    refuseSmuggling(this.getInstance());
    if (admit !== undefined) admitFirst(this.getInstance(), admit);
    parseJsonBodies(this.getInstance());
    refuseUnknownRoutes(this.getInstance());
  }

  /** The shutdown begins: accepts nobody new, once those who send have been told. Calls that are running go on. */
  // oxlint-disable-next-line typescript/no-misused-promises -- Nest waits for it, though its type does not say so
  override async beforeClose(): Promise<void> {
    super.beforeClose();
    const server: Server = this.getHttpServer();
    if (!server.listening) return;
    await this.beforeLastCall();
    this.#closed = new Promise((resolve) => server.close(() => resolve()));
    this.#closeConnectionsOnceAnswered(server);
  }

  /** Calls have ended by now; their last bytes may still be on the way. */
  override async close(): Promise<void> {
    const server: Server = this.getHttpServer();
    const patience = setTimeout(() => server.closeAllConnections(), LAST_BYTES_MS);
    await this.#closed;
    clearTimeout(patience);
    await super.close();
  }

  /** Node by itself would leave them open until their keep-alive time-out. */
  #closeConnectionsOnceAnswered(server: Server): void {
    const announced = new WeakSet<Socket>();
    server.prependListener('request', (request, response) => {
      response.setHeader('connection', 'close');
      announced.add(request.socket);
    });
    this.setOnResponseHook((request, _reply, done) => {
      const { socket } = request.raw;
      if (!announced.has(socket)) socket.destroySoon();
      done();
    });
  }
}

function admitFirst(fastify: FastifyInstance, admit: (request: FastifyRequest) => void): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    admit(request);
    done();
  });
}

function answerBadUrl(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  sendError(reply, badUrl(error, request.url));
}
