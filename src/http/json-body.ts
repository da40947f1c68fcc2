import type { FastifyInstance } from 'fastify';
import { invalidRequest } from '../errors/gateway-error.js';
import { shapeProblem } from './json-shape.js';

/** A JSON body: the bytes as they came, which are what goes on, and what they say. */
export interface JsonBody {
  readonly bytes: Buffer;
  readonly value: unknown;
}

export function isJsonObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Makes `request.body` a {@link JsonBody} and refuses every other type of content. `JSON.parse` gives a key `__proto__` no
 * meaning, and nothing here copies keys of a request into another object.
 */
export function parseJsonBodies(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, bytes: Buffer, done) => {
    let value: unknown;
    try {
      value = JSON.parse(bytes.toString('utf8'));
    } catch {
      // The parser's own message quotes the body.
      done(invalidRequest('The request body is not valid JSON.'));
      return;
    }
    const problem = shapeProblem(value);
    done(problem === null ? null : invalidRequest(problem), { bytes, value } satisfies JsonBody);
  });
}
