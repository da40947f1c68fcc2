import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ClaudeService, encodedBody, type CallContext, type ClaudeView, type EncodedBodyOptions } from 'nestjs-claude';
import { attributionOf } from '../attribution/attribution.js';
import type { JsonBody } from '../http/json-body.js';
import { ClientWatch } from './client-watch.js';
import { relay } from './relay.js';
import { forwardedHeaders } from './request-headers.js';

/** Makes the call of a request. */
type Send = (claude: ClaudeView, options: EncodedBodyOptions) => Promise<Response>;

/** Sends requests on to Claude and relays the answers, both as the bytes they are. */
@Injectable()
export class ForwardService {
  constructor(@Inject(ClaudeService) private readonly claude: ClaudeService) {}

  post(path: string, body: JsonBody, stream: boolean, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    return this.#exchange(request, reply, attributionOf(request, body), (claude, options) =>
      claude
        .post(path + queryOf(request.url), encodedBody(body.bytes, body.value, { ...options, stream }))
        .asResponse(),
    );
  }

  get(path: string, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    return this.#exchange(request, reply, attributionOf(request), (claude, options) =>
      claude.get(path + queryOf(request.url), options).asResponse(),
    );
  }

  /** Throws what goes wrong before the answer begins, unless nobody is left to be told. */
  async #exchange(request: FastifyRequest, reply: FastifyReply, context: CallContext, send: Send): Promise<void> {
    const client = new ClientWatch(request, reply);
    try {
      const options = { headers: forwardedHeaders(request.headers), signal: client.signal };
      const response = await send(this.claude.with(context), options);
      await relay(response, reply, client);
    } catch (error) {
      if (!client.left) throw error;
    } finally {
      client.release();
    }
  }
}

/** The query as it was written, question mark included. */
function queryOf(url: string): string {
  const start = url.indexOf('?');
  return start === -1 ? '' : url.slice(start);
}
