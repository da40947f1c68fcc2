import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { requestCorrelationId } from 'nestjs-claude';

const HEADER = 'x-request-id';

/** Makes `request.id` the id by which everything is found that is done for a request: its own where it has a usable one. */
export function correlationIds(header = HEADER): (request: { readonly headers: IncomingMessage['headers'] }) => string {
  return ({ headers }) => requestCorrelationId(headers, header.toLowerCase());
}

/** Tells the id with every answer, refusals included. */
export function correlate(fastify: FastifyInstance, header = HEADER): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.header(header, request.id);
    done();
  });
}
